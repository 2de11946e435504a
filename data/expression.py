"""The SQL a district may write: one expression over a row or over a group, on named columns, nothing else.

Checked on DuckDB's own parse tree against what is allowed, never by looking for what is not. The subset is also
understood by PostgreSQL and Spark, so that a definition can be pushed down where the rows live.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from math import inf
from typing import Any

from data.finding import did_you_mean
from data.store import Relations, in_memory, quoted

AGGREGATES = {"sum", "count", "count_star"}
FUNCTIONS = {"+", "-", "*", "%", "nullif", "abs", "least", "greatest", "round", "length", "lower", "upper", "~~", "!~~"}
CLASSES = {"FUNCTION", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "OPERATOR", "CASE", "CAST", "BETWEEN"}
OPERATORS = {"OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "COMPARE_IN", "COMPARE_NOT_IN"}
REASONS = {
    "/": "divides. Write numerator and denominator apart: we add first and divide last.",
    "//": "divides. Write numerator and denominator apart: we add first and divide last.",
    **dict.fromkeys(("avg", "mean", "median"), "averages. Write numerator and denominator apart: we add first and divide last."),
    **dict.fromkeys(("min", "max"), "takes one value of many, which does not add up over weeks and schools. Use sum or count."),
}
PARTS = ("select_list", "from_table", "type", "aggregate_handling", "cte_map")      # of a query that is one expression
LONGEST = 2_000
# A row of each SQL type, to try an expression on; a text that is no number shows where one would be needed.
SAMPLE = {"varchar": "'x'", "date": "date '2026-11-16'", "time": "time '09:30'", "timestamp": "timestamp '2026-11-16 09:30'",
          "bigint": "1", "double": "0.5", "boolean": "true"}


def problem_with(expression: str, columns: Iterable[str], *, aggregate: bool) -> str:
    """Why this expression is not allowed, in words with the remedy; empty when it is.

    An aggregate must add up: worked out on any split of the rows, its parts add up to the whole.
    """
    columns, shown = list(columns), expression if len(expression) <= 80 else expression[:80] + "…"
    if len(expression) > LONGEST:
        return f"{shown!r} is longer than {LONGEST:,} characters. Write it shorter, or ask for a view."
    tree = _syntax_tree(expression)
    if tree.get("error"):
        return f"{shown!r} cannot be read: {tree['error_message']}"
    node = tree["statements"][0]["node"]
    table = node.get("from_table", {})
    plain = (len(tree["statements"]) == 1 and node.get("type") == "SELECT_NODE" and len(node["select_list"]) == 1
             and (table.get("type"), table.get("table_name"), table.get("schema_name"), table.get("sample")) == ("BASE_TABLE", "t", "", None)
             and not node["cte_map"]["map"] and not any(node[key] for key in node.keys() - {*PARTS}))
    if not plain or any(mark in expression for mark in ("--", "/*", ";")):
        return f"{shown!r} is more than one expression. Write one value or condition over the row's columns."
    root = node["select_list"][0]
    said = next(filter(None, (_not_allowed(part, columns, aggregate) for part in _parts(root))), "")
    if said := said or (_not_a_sum(root) if aggregate else ""):
        return f"{shown!r} {said}"
    return ""


def in_two(said: str) -> tuple[str, str]:
    """A refusal as problem and remedy."""
    reason, _, remedy = said.rpartition(". ")
    return (reason, remedy) if reason else (said.rstrip("."), "Correct the expression.")


def trial(sql: str, columns: Mapping[str, str]) -> str:
    """What the database says against a query over `rows`, tried on an ordinary row and an empty one; empty when nothing."""
    named = ", ".join(map(quoted, columns))
    empty = ", ".join(f"null::{kind}" for kind in columns.values())
    full = ", ".join(SAMPLE[kind] for kind in columns.values())
    try:
        _database().rows(f"with rows({named}) as (select {full} union all select {empty}) {sql}")
    except Exception as error:      # of whatever class the database has for it; only data/store.py knows them
        return str(error).splitlines()[0].rstrip(".")
    return ""


@cache
def _database() -> Relations:
    return in_memory()


def _syntax_tree(expression: str) -> dict[str, Any]:
    """DuckDB's own parse tree; the line breaks end a comment, so that it cannot swallow what follows."""
    try:
        return json.loads(_database().value("select json_serialize_sql(?::varchar)", f"select (\n{expression}\n) as v from t"))
    except RecursionError:
        return {"error": True, "error_message": "too many brackets or terms. Write it shorter."}


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every expression of a parse tree, outer ones before inner ones."""
    waiting = [tree]
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, dict):
            if "class" in tree:
                yield tree
            tree = list(tree.values())
        if isinstance(tree, list):
            waiting += tree[::-1]


def _not_allowed(part: dict[str, Any], columns: list[str], aggregate: bool) -> str:
    kind = part["class"]
    if kind not in CLASSES or (kind == "OPERATOR" and part["type"] not in OPERATORS):
        word = (kind if kind not in CLASSES else part["type"]).lower().replace("_", " ")
        return f"uses {word}, which is not allowed here. Use columns, comparisons and sums."
    if kind == "CAST" and part["cast_type"]["id"] != "BOOLEAN":
        return f"turns a value into {part['cast_type']['id'].lower()}, which is not allowed here. Compare values of the same kind."
    if kind == "CONSTANT" and part["value"].get("value") in (inf, -inf):
        return "holds a number without end. Write a smaller one."
    if kind == "COLUMN_REF" and (len(part["column_names"]) > 1 or part["column_names"][0] not in columns):
        name = ".".join(part["column_names"])
        return f"names {name!r}, which is no column here. {did_you_mean(name, columns)}"
    if kind == "FUNCTION":
        return _function_not_allowed(part, FUNCTIONS | (AGGREGATES if aggregate else set()))
    return ""


def _function_not_allowed(part: dict[str, Any], allowed: set[str]) -> str:
    name = part["function_name"]
    if part.get("schema") or part.get("catalog") or name not in allowed:
        known = sorted(word for word in allowed if word.isalpha())
        return REASONS.get(name) or f"uses {name}(), which is not allowed here. {did_you_mean(name, known)}"
    if part.get("distinct"):
        return "counts each value once, which does not add up over weeks and schools. Count rows."
    if name in ("~~", "!~~") and _may_not_end(part["children"][1]):
        return "has a pattern with _ beside several %, or one that is no plain text, which may never come to an end. Use % without _."
    if part.get("export_state") or part["order_bys"].get("orders"):
        return f"orders {name}() or keeps its state, which is not allowed here. Write {name}(…) alone."
    return ""


def _may_not_end(pattern: dict[str, Any]) -> bool:
    """DuckDB lays such a pattern over a text in every way there is: five % over 200 letters took it 8 seconds."""
    text = pattern.get("value", {}).get("value")
    return not isinstance(text, str) or ("_" in text and text.count("%") > 1)


def _not_a_sum(part: dict[str, Any]) -> str:
    """Why this aggregate does not add up; empty for sums, counts, and what is added, subtracted or scaled of them."""
    name, children = part.get("function_name"), part.get("children", [])
    if name in AGGREGATES:
        inside = [*children, part.get("filter")]
        again = any(inner.get("function_name") in AGGREGATES for inner in _parts(inside))
        return f"has a sum inside {name}(). Sum once." if again else ""
    if name in ("+", "-"):
        return next(filter(None, map(_not_a_sum, children)), "")
    if name == "*" and [child["class"] for child in children].count("CONSTANT") == 1:
        return next(filter(None, (_not_a_sum(child) for child in children if child["class"] != "CONSTANT")), "")
    if part["type"] == "OPERATOR_COALESCE" and all(_is_zero(child) for child in children[1:]):
        return _not_a_sum(children[0])
    if part["class"] == "COLUMN_REF":
        column = part["column_names"][0]
        return f"names {column!r} outside a sum. Write sum({column}) or count(*) filter (where {column})."
    return "does not add up over weeks and schools. Use sum(…) and count(…), added, subtracted or multiplied by a number."


def _is_zero(part: dict[str, Any]) -> bool:
    return part["class"] == "CONSTANT" and part["value"].get("value", 0) == 0 and not part["value"].get("is_null")
