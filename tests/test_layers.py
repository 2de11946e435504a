"""Who may import whom, who may ask the clock, who may keep things: app.py, pages → indicators → data.

The tables here are the rule; ARCHITECTURE.md tells it.
"""
from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
LAYERS = ("data", "indicators", "pages")
HOUSE = sorted([CHECKOUT / "app.py", *(path for layer in LAYERS for path in (CHECKOUT / layer).rglob("*.py"))])
EVERY_FILE = sorted([*HOUSE, CHECKOUT / "run.py", *(CHECKOUT / "tests").rglob("*.py"), *(CHECKOUT / "benchmarks").rglob("*.py")])

MAY_IMPORT = {
    "data": {"data", "pyarrow", "numpy", "pandas", "openpyxl", "defusedxml", "python_calamine"},
    "indicators": {"indicators", "data", "pyarrow", "numpy", "scipy", "pandas"},
    "pages": {"pages", "indicators", "data", "streamlit", "pandas", "pyarrow"},
    "app.py": {"pages", "indicators", "data", "streamlit"},
}
# The one home of a library, or a frame above the layers: these files may import this as well.
ALSO = {"data/store.py": {"duckdb"}, "indicators/charts.py": {"altair"}, "data/__main__.py": {"indicators"},
        "indicators/__main__.py": {"benchmarks"}}
FRAMES = {"app.py", "pages/frame.py", "data/__main__.py", "indicators/__main__.py"}       # they may ask what time it is
KEEPS = {"pages/frame.py"}                                                               # it may keep things between reruns

CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("Timestamp", "now"), ("Timestamp", "today"),
          ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "ctime")}
SQL_CLOCK = re.compile(r"\b(current_date|current_timestamp|localtimestamp|now\(\)|today\(\)|get_current_timestamp\(\))", re.IGNORECASE)
STORES = {"cache_data", "cache_resource"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40            # lines; 95 of 100 functions keep to the second


def name_of(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def layer_of(name: str) -> str:
    return name.split("/")[0]


def imported(tree: ast.AST) -> Iterator[str]:
    """The packages a file imports, wherever in it, by import statement or by name."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.split(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.split(".")[0]
            case ast.ImportFrom(level=level) if level:
                yield "." * level
            case ast.Call(func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
                yield module.split(".")[0]


def foreign_imports(name: str, text: str) -> list[str]:
    """What a file imports and may not, in words."""
    allowed = MAY_IMPORT[layer_of(name)] | ALSO.get(name, set())
    found = dict.fromkeys(module for module in imported(ast.parse(text)) if module not in allowed and module not in sys.stdlib_module_names)
    return [f"{name} imports {module}; {layer_of(name)} may import {', '.join(sorted(allowed - {layer_of(name)}))}" for module in found]


def dotted(node: ast.expr) -> str:
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def clocks(name: str, text: str) -> list[str]:
    """Where a file asks what time it is. Waiting, time.monotonic and time.sleep, is no clock."""
    tree, found = ast.parse(text), []
    bare = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "time"
            for alias in node.names if ("time", alias.name) in CLOCKS}
    talk = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}         # a docstring talks; it does not ask
    for node in ast.walk(tree):
        asked = ""
        if isinstance(node, ast.Attribute) and tuple(dotted(node).split(".")[-2:]) in CLOCKS:
            asked = dotted(node)
        elif isinstance(node, ast.Name) and node.id in bare:
            asked = node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in talk and (sql := SQL_CLOCK.search(node.value)):
            asked = sql.group()
        if asked:
            found.append(f"{name}, line {node.lineno}: asks the clock ({asked}); only {', '.join(sorted(FRAMES))} may: pass as_of or at")
    return found


def keeps(name: str, text: str) -> list[str]:
    """Where a file keeps things for everybody: a bare Streamlit cache is one for all people, whatever they may see."""
    return [f"{name}, line {node.lineno}: {said} is shared by all people; keep things in the house, keyed by scope (pages/frame.py)"
            for node in ast.walk(ast.parse(text))
            if (said := node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else
                next((a.name for a in node.names if a.name in STORES), "") if isinstance(node, ast.ImportFrom) else "") in STORES]


def said_of(check, files: Iterable[Path]) -> str:
    return "\n".join(message for path in files for message in check(name_of(path), path.read_text(encoding="utf-8")))


def test_every_import_keeps_to_its_layer():
    assert not (broken := said_of(foreign_imports, HOUSE)), broken


def test_only_the_frames_ask_the_clock():
    assert not (broken := said_of(clocks, [path for path in HOUSE if name_of(path) not in FRAMES])), broken


def test_nothing_is_kept_between_reruns_but_by_the_frame():
    assert not (broken := said_of(keeps, [path for path in HOUSE if name_of(path) not in KEEPS])), broken


def test_no_file_is_longer_than_a_few_screens():
    long = [f"{name_of(path)} has {lines} lines; a file has at most {LONGEST_FILE}: split it by what its parts know"
            for path in EVERY_FILE if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE]
    assert not long, "\n".join(long)


def test_functions_fit_on_a_screen():
    lengths = sorted((node.end_lineno - node.lineno + 1, f"{name_of(path)}: {node.name}") for path in HOUSE
                     for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    assert lengths[int(0.95 * len(lengths))][0] <= LONGEST_FUNCTION, f"the longest functions: {lengths[-10:]}"


@pytest.mark.parametrize(("name", "text", "said"), [
    ("data/oops.py", "import streamlit as st", "data/oops.py imports streamlit; data may import defusedxml, numpy, openpyxl, pandas, pyarrow, python_calamine"),
    ("data/oops.py", "def late():\n    from duckdb import connect", "data/oops.py imports duckdb; data may import "),
    ("data/oops.py", "from indicators.weekly import revising", "data/oops.py imports indicators; data may import "),
    ("data/oops.py", "import importlib\nimportlib.import_module('duckdb')", "data/oops.py imports duckdb; "),
    ("indicators/oops.py", "import altair as alt", "indicators/oops.py imports altair; indicators may import data, numpy, pandas, pyarrow, scipy"),
    ("indicators/oops.py", "import pages.parts", "indicators/oops.py imports pages; "),
    ("pages/oops.py", "import altair", "pages/oops.py imports altair; pages may import data, indicators, pandas, pyarrow, streamlit"),
    ("app.py", "import duckdb", "app.py imports duckdb; app.py may import data, indicators, pages, streamlit"),
])
def test_a_foreign_import_is_told(name, text, said):
    told = foreign_imports(name, text)
    assert len(told) == 1 and told[0].startswith(said), told


@pytest.mark.parametrize(("name", "text"), [
    ("data/store.py", "import duckdb"), ("indicators/charts.py", "import altair as alt"), ("data/__main__.py", "from indicators.district import District"),
    ("pages/oops.py", "import streamlit, json, pathlib"), ("indicators/oops.py", "from data.store import Store\nimport indicators.trend"),
])
def test_a_right_import_is_not(name, text):
    assert foreign_imports(name, text) == []


@pytest.mark.parametrize("text", ["from datetime import date\nd = date.today()", "import datetime\nd = datetime.datetime.now()", "import time\ntime.time()",
                                  "from time import time as t\nt()", "import pandas as pd\npd.Timestamp.now()", "rows('select current_date')",
                                  "default = datetime.now", "sql = f'where day <= today() and {x}'"])
def test_a_clock_is_told_with_its_line(text):
    told = clocks("indicators/oops.py", text)
    assert len(told) == 1 and f"line {1 + text.count(chr(10))}: asks the clock" in told[0], told


def test_waiting_and_talking_of_clocks_is_no_clock():
    assert clocks("data/oops.py", '"""Never calls now() itself."""\nimport time\ntime.sleep(1)\ntime.monotonic()\nframe.now()') == []


@pytest.mark.parametrize("text", ["@st.cache_data\ndef f(): ...", "@st.cache_resource(show_spinner=False)\ndef f(): ...",
                                  "from streamlit import cache_data", "keep = st.cache_data(len)"])
def test_a_cache_for_everybody_is_told(text):
    assert "is shared by all people" in "".join(keeps("pages/oops.py", text))
