"""The SQL a district may write: one expression over a row or over a group, on named columns, nothing else.

Checked on DuckDB's own parse tree against what is allowed, never by looking for what is not. The subset is also
understood by PostgreSQL and Spark, so that a definition can be pushed down where the rows live.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from data.finding import did_you_mean
from data.store import syntax_tree

AGGREGATES = {"sum", "count", "count_star", "min", "max"}        # never avg: add first, divide last
FUNCTIONS = {"+", "-", "*", "%", "nullif", "abs", "least", "greatest", "round", "length", "lower", "upper"}
CLASSES = {"FUNCTION", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "OPERATOR", "CASE", "CAST", "BETWEEN"}


def problem_with(expression: str, columns: Iterable[str], *, aggregate: bool) -> str:
    """Why this expression is not allowed, in words with the remedy; empty when it is."""
    columns = list(columns)
    tree = json.loads(syntax_tree(expression))
    if tree.get("error"):
        return f"{expression!r} cannot be read: {tree['error_message']}"
    node = tree["statements"][0]["node"]
    plain = (len(tree["statements"]) == 1 and node.get("type") == "SELECT_NODE" and len(node["select_list"]) == 1
             and node["from_table"].get("table_name") == "t" and not node["modifiers"] and not node.get("where_clause")
             and not node["cte_map"]["map"] and not node.get("group_expressions") and not node.get("having"))
    if not plain:
        return f"{expression!r} is more than one expression. Write one value or condition over the row's columns."
    for part in _parts(node["select_list"][0]):
        if said := _not_allowed(part, columns, aggregate):
            return f"{expression!r} {said}"
    return ""


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every expression of a parse tree, outermost first."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for inner in tree:
            yield from _parts(inner)


def _not_allowed(part: dict[str, Any], columns: list[str], aggregate: bool) -> str:
    if part["class"] not in CLASSES:
        return f"uses {part['class'].lower().replace('_', ' ')}, which is not allowed here. Use columns, comparisons and sums."
    if part["class"] == "COLUMN_REF" and (len(part["column_names"]) > 1 or part["column_names"][0] not in columns):
        name = ".".join(part["column_names"])
        return f"names {name!r}, which is no column here. {did_you_mean(name, columns)}"
    if part["class"] == "FUNCTION":
        allowed = FUNCTIONS | (AGGREGATES if aggregate else set())
        name = part["function_name"]
        if name == "/":
            return "divides. Write numerator and denominator apart: we add first and divide last."
        if name not in allowed or part.get("schema"):
            return f"uses {name}(), which is not allowed here. {did_you_mean(name, sorted(allowed))}"
    return ""
