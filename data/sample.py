"""The made-up district: spreadsheets as its schools would send them, always the same.

sample_plan.toml says who and what is in them, sample_files.toml how each is written."""
from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook

from data.sample_district import District, every_weekday, read_district
from data.sample_logs import logs
from data.toml_file import read_toml

PLAN = Path(__file__).with_name("sample_plan.toml")
FILES = Path(__file__).with_name("sample_files.toml")
AS_OF: date = read_toml(PLAN)["as_of"]
MONTH_FIRST = "M/D/YYYY"       # the one form of date beside ISO that the plan may ask for


@dataclass(frozen=True)
class SampleFile:
    """A spreadsheet of the made-up district. `covers`: from when to when it claims to hold every event of every school."""
    path: Path
    source: str | None
    covers: tuple[date, date] | None = None


def write_district(folder: Path) -> list[SampleFile]:
    """Write every spreadsheet into `folder`, and list them in the order they were sent."""
    folder.mkdir(parents=True, exist_ok=True)
    district = read_district(PLAN)
    rows = {**_lists(district), **logs(district)}
    return [_write(folder, district, spec, rows[spec.get("rows", spec["source"])]) for spec in read_toml(FILES)["files"]]


def _lists(district: District) -> dict[str, pd.DataFrame]:
    """Schools, caseloads, calendar and goals: what stands for the whole year."""
    plan, schools = district.plan, district.schools
    calendar = pd.DataFrame(every_weekday(plan), columns=["date", "note"])
    return {
        "schools": schools.assign(grades=schools["level"].map(plan["grades"])),
        "caseloads": schools.assign(**{"from": pd.Timestamp(plan["caseloads_since"])}),
        "school_calendar": calendar.assign(open=calendar["note"] == ""),
        "goals": pd.DataFrame(plan["goals"], columns=plan["goal_columns"]),
    }


def _write(folder: Path, district: District, spec: Mapping[str, Any], rows: pd.DataFrame) -> SampleFile:
    """One spreadsheet: the rows of its days, in its columns, under its own headers."""
    covers = None
    if "from" in spec:
        rows = rows[rows["date"].between(pd.Timestamp(spec["from"]), pd.Timestamp(spec["to"]))]
        covers = (spec["from"], spec["to"]) if spec.get("complete") else None
    rows = rows[list(spec["headers"])]
    path = folder / spec["name"]
    if path.suffix == ".xlsx":
        _write_workbook(path, district.plan["district"], spec, rows)
    else:
        _write_text(path, spec, rows)
    return SampleFile(path, spec["source"], covers)


def _write_text(path: Path, spec: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """Comma-separated text, compressed when the name says so; the same bytes every time."""
    by_excel = spec.get("saved_by") == "Excel"
    table = _as_text(rows, spec).rename(columns=spec["headers"])
    text = table.to_csv(index=False, lineterminator="\r\n" if by_excel else "\n")
    content = text.encode("utf-8-sig" if by_excel else "utf-8")
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def _as_text(rows: pd.DataFrame, spec: Mapping[str, Any]) -> pd.DataFrame:
    """Dates and yes or no as this file writes them. Each different date is written out once."""
    columns = {}
    for name, column in rows.items():
        if column.dtype.kind == "M":
            where, days = pd.factorize(column)
            columns[name] = pd.array([*(_date_text(day, spec) for day in days), ""])[where]      # no date is -1: the last
        elif column.dtype == bool:
            columns[name] = column.map(dict(zip((True, False), spec["words"])))
    return rows.assign(**columns)


def _date_text(day: pd.Timestamp, spec: Mapping[str, Any]) -> str:
    return f"{day.month}/{day.day}/{day.year}" if spec.get("dates") == MONTH_FIRST else f"{day:%Y-%m-%d}"


def _write_workbook(path: Path, district: str, spec: Mapping[str, Any], rows: pd.DataFrame) -> None:
    """A sheet as people keep it: titles, an empty row, the header, the body and perhaps a total."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = spec["sheet"]
    for title in spec["title"]:
        sheet.append([title.format(district=district)])
    sheet.append([])
    sheet.append([spec["headers"][name] for name in rows])
    body = {name: column.dt.date if column.dtype.kind == "M" else column for name, column in rows.items()}
    for cells in zip(*(column.tolist() for column in body.values())):
        sheet.append(cells)
    if spec.get("total"):
        sheet.append(["Total", *(int(column.sum()) if column.dtype.kind == "i" else None
                                 for _, column in list(rows.items())[1:])])
    workbook.save(path)
