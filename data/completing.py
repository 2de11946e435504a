"""A workbook of rows to mend that came again: its file is read anew with what was mended, and only the rows it left out are stored."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from data.facts import PLACE, Part, fact
from data.finding import Finding, Level, Refused
from data.home import Home
from data.mended import BY_HAND, BadRows
from data.prepare import Prepared
from data.receive import Upload, recognise
from data.returned import Returned
from data.store import Relations, quoted


@dataclass(frozen=True)
class FirstLoad:
    """The standing load of the file whose rows are mended, and the file as it is kept."""
    load_id: int
    upload: Upload
    answers: Mapping[str, str]


def first_load(store: Relations, home: Home, back: Returned, file: str) -> FirstLoad:
    """Refused where the file's good rows were not accepted yet: what was mended has no place to go then."""
    name, path = back.original.name, home.archive / back.original.sha256
    found = store.rows("""select l.load_id, l.file_name, l.size, e.who, e.happened, e.detail from load l join standing s using (load_id)
        join event e on e.number = l.load_id where l.sha256 = ? order by 1 desc limit 1""", back.original.sha256)
    if not found or not path.exists():
        raise Refused(Finding(Level.STOP, f"these are rows of {name}, and that file is not loaded" if not found else
                              f"these are rows of {name}, and that file is not kept here any more",
                              f"Upload {name} first and accept its good rows, then upload this workbook again.", file=file))
    load_id, file_name, size, by, at, detail = found[0]
    kind = recognise(path.read_bytes())[0]
    return FirstLoad(load_id, Upload(file_name, back.original.sha256, size, kind, path, by, at), json.loads(detail)["answers"] | home.mended(back.original.sha256, load_id))


def completing(store: Relations, whole: Prepared, back: Returned, first: FirstLoad, file: str) -> Prepared:
    """Of the whole file, read with what was mended, the rows that its load left out. They only add: nothing is complete by them,
    and each is numbered as it stands in this workbook. Findings keep the numbers of the file, which stand in its first column."""
    parts = tuple(part for part in (_left_out_before(store, part, back, first.load_id) for part in whole.parts) if part.rows.num_rows)
    bad = tuple(here for one in whole.bad if one.sheet in back.sheets and (here := _here(one, back)).rows)
    refused = sum(len(one.rows) for one in bad)
    tables = tuple(replace(table, body=_only(table.body, [row for sheet, row in back.rows if sheet == table.sheet]), set_aside=())
                   for table in whole.tables if table.sheet in back.sheets)
    told = Finding(Level.NOTE, f"these are rows that stayed out of {back.original.name}, load {first.load_id}; they are numbered as in that file",
                   "Nothing to do.", file=file)
    findings = [told, *back.findings, *(replace(f, file=file) for f in whole.findings if _concerns(f, back))]
    if not parts and not whole.questions and not any(f.level == Level.STOP for f in findings):
        findings.append(Finding(Level.STOP, "every row of this workbook is stored already or was left out", "Nothing to do.", file=file))
    return Prepared(file, tables, whole.matches, parts, refused, tuple(findings), whole.questions, (), whole.printed, bad, back.original)


def _left_out_before(store: Relations, part: Part, back: Returned, load_id: int) -> Part:
    """The rows of one part that this workbook brings: those not stored with the load, and those whose good cells were changed too."""
    source = part.source
    stored = set(store.rows(f"""select file_row, {PLACE} from {quoted(fact(source))} join load_part using (load_id, part)
        where load_id = ? and sheet = ? and harvested = ?""", load_id, part.sheet, part.harvested))
    numbers = part.rows["file_row"].to_pylist()
    places = part.rows[PLACE].to_pylist() if PLACE in part.rows.column_names else [None] * len(numbers)
    comes = [(part.sheet, row) in back.rows and ((row, place) not in stored or (part.sheet, row) in back.changed)
             for row, place in zip(numbers, places, strict=True)]
    rows = part.rows.filter(pa.array(comes, pa.bool_()))
    own = pa.array([back.rows[part.sheet, row] for row in rows["file_row"].to_pylist()], pa.int32())
    return replace(part, sheet=back.sheets.get(part.sheet, part.sheet), rows=rows.set_column(rows.schema.get_field_index("file_row"), "file_row", own),
                   scope=part.scope.slice(0, 0), unsure=frozenset(), completes=load_id)


def _here(bad: BadRows, back: Returned) -> BadRows:
    """The rows of this workbook that still stay out, with their places in it."""
    rows = tuple(replace(row, here=back.rows[bad.sheet, row.row]) for row in bad.rows if (bad.sheet, row.row) in back.rows)
    return replace(bad, rows=rows, total=len(rows), here=back.sheets[bad.sheet])


def _only(body: pa.Table, rows: list[int]) -> pa.Table:
    return body.filter(pa.array(np.isin(body["row"].to_numpy(), rows)))


def _concerns(finding: Finding, back: Returned) -> bool:
    """Is it about a row of this workbook, or does it stop the whole file? What was told of the others was told before."""
    if finding.row:
        return finding.level != Level.NOTE and (finding.sheet, finding.row) in back.rows
    return finding.level == Level.STOP or BY_HAND in finding.problem
