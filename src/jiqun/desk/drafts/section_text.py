"""Changing a section of an object's YAML text entry by entry: what is not changed stays as it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from jiqun.desk.drafts.rule_text import composed, edited, end_of

# what a value of a parameter says, in the order it is written
COLUMNS = (
    "from", "to", "value", "unit", "document", "clause", "reason", "published", "completeness", "sense", "measure",
    "scope", "source",
)  # fmt: skip
_BREAKS = ("\n", " ")
_PLAIN_KEY = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff.-]*")


@dataclass(frozen=True)
class Row:
    """A dated value as written: the key of its series ('' for a parameter without table) and what it says by column.

    `index` is its place in the series as it stands in the text; None for a new one.
    """

    key: str
    said: Mapping[str, str] = field(default_factory=dict)
    index: int | None = None

    def at(self, column: str) -> str:
        """What a column says; empty where it is left out."""
        return self.said.get(column, "")


def section(text: str, name: str) -> yaml.Node | None:
    """Return the node of a section; None where the text has none."""
    return next((value for key, value in composed(text).value if key.value == name), None)


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _scalars(node: yaml.Node) -> dict[str, str]:
    return {str(key.value): str(value.value) for key, value in _pairs(node) if isinstance(value, yaml.ScalarNode)}


# --- dated values of a parameter


def dated_rows(text: str) -> list[Row]:
    """Return the dated values of a parameter in the order written.

    >>> dated_rows('values: [{from: "2024-01-01", value: "3"}]')
    [Row(key='', said={'from': '2024-01-01', 'value': '3'}, index=0)]
    """
    return [Row(key, _scalars(item), at) for key, series in _series(text) for at, item in enumerate(_items(series))]


def _series(text: str) -> list[tuple[str, yaml.Node]]:
    table = section(text, "table")
    if table is not None:
        return [(str(key.value), value) for key, value in _pairs(table)]
    values = section(text, "values")
    return [] if values is None else [("", values)]


def _items(node: yaml.Node) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def with_rows(text: str, rows: Sequence[Row]) -> str:
    """Return a parameter's text with these dated values and no others; a value that says the same stays as written."""
    old = {(row.key, row.index): row.said for row in dated_rows(text)}
    wanted: dict[str, list[Row]] = {}
    for row in rows:
        wanted.setdefault(row.key, []).append(row)
    same = {
        key: len(_items(series)) == len(wanted.get(key, ()))
        and all(row.index == at and _same(row.said, old[key, at]) for at, row in enumerate(wanted.get(key, ())))
        for key, series in _series(text)
    }
    if all(same.get(key, False) for key in [*same, *wanted]):
        return text
    nodes = dict(_series(text))
    if section(text, "table") is None:
        return _replaced(text, "values", nodes[""], _listed(text, nodes[""], wanted.get("", []), 2))
    keys = [key for key in [*nodes, *(one for one in wanted if one not in nodes)] if wanted.get(key)]
    entries = {key: None if same.get(key) else _listed(text, nodes.get(key), wanted[key], 4) for key in keys}
    return with_entries(text, "table", entries)


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return {key: text for key, text in one.items() if text} == {key: text for key, text in other.items() if text}


def _listed(text: str, node: yaml.Node | None, rows: Sequence[Row], indent: int) -> str:
    """Write a series as a block under its key, its unchanged values in their own words."""
    items = [] if node is None else _items(node)
    block = isinstance(node, yaml.SequenceNode) and not node.flow_style
    if block and node is not None:
        indent = node.start_mark.column
    remarks = _remarks(text, items) if block else []
    lines = []
    for row in rows:
        at = row.index if row.index is not None and row.index < len(items) else None
        kept = at is not None and block and _same(row.said, _scalars(items[at]))
        said = text[items[at].start_mark.index : end_of(items[at])] if kept and at is not None else _flow(row.said)
        above, behind = remarks[at] if remarks and at is not None else ((), "")
        lines += [*(f"{' ' * indent}{one}" for one in above), f"{' ' * indent}- {said}{behind}"]
    return "\n" + "\n".join(lines) if lines else " []"


def _remarks(text: str, items: Sequence[yaml.Node]) -> list[tuple[tuple[str, ...], str]]:
    """Return the comments of every item of a block: the lines above it, and what stands behind it."""
    found = []
    for at, item in enumerate(items):
        begin = text.rfind("\n", 0, item.start_mark.index) + 1
        above: list[str] = []
        while (line := text[text.rfind("\n", 0, begin - 1) + 1 : begin - 1].strip()).startswith("#"):
            above.insert(0, line)
            begin = text.rfind("\n", 0, begin - 1) + 1
        behind = text[end_of(item) : (text.find("\n", end_of(item)) + 1 or len(text) + 1) - 1]
        # what stands behind the last one stays where it is: the section ends before it
        found.append((tuple(above), behind if behind.strip().startswith("#") and at < len(items) - 1 else ""))
    return found


def _flow(said: Mapping[str, str]) -> str:
    told = [(name, said[name].strip()) for name in COLUMNS if said.get(name, "").strip()]
    return "{" + ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in told) + "}"


# --- entries of a mapping


def with_entries(text: str, name: str, entries: Mapping[str, str | None]) -> str:
    """Return the text with a section's entries, in this order and no others; None keeps an entry as it is written.

    An entry's text follows its key and colon: on the next lines where it begins with a line break.
    """
    node = section(text, name)
    kept = _chunks(text, node) if isinstance(node, yaml.MappingNode) and not node.flow_style else {}
    flow = {} if kept else {str(key.value): text[value.start_mark.index : end_of(value)] for key, value in _pairs(node)}
    indent = " " * (node.start_mark.column if kept and node is not None else 2)
    lines = []
    for key, said in entries.items():
        whole = kept.get(key) if said is None else None
        told = flow.get(key, "") if said is None else said
        lines.append(whole or f"{indent}{_key(key)}:{'' if told.startswith(_BREAKS) else ' '}{told}")
    body = "\n" + "\n".join(lines) if lines else " {}"
    return f"{text.rstrip()}\n{name}:{body}\n" if node is None else _replaced(text, name, node, body)


def _replaced(text: str, name: str, node: yaml.Node, body: str) -> str:
    key = next(one for one, _ in composed(text).value if one.value == name)
    return edited(text, [(text.index(":", key.end_mark.index) + 1, end_of(node), body)])


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _chunks(text: str, node: yaml.Node) -> dict[str, str]:
    """Return every entry of a block mapping as it is written, from its key to the end of its value."""
    return {
        str(key.value): text[text.rindex("\n", 0, key.start_mark.index) + 1 : end_of(value)]
        for key, value in _pairs(node)
    }


# --- clauses of a document


@dataclass(frozen=True)
class ClauseRow:
    """A clause as a form shows it."""

    id: str
    title: str
    text: str


def clause_rows(text: str) -> list[ClauseRow]:
    """Return the clauses of a document's text."""
    found = []
    for key, value in _pairs(section(text, "clauses")):
        said = _scalars(value)
        found.append(ClauseRow(str(key.value), said.get("title", ""), said.get("text", "")))
    return found


def with_clauses(text: str, rows: Sequence[ClauseRow]) -> str:
    """Return a document's text with these clauses and no others; one that says the same stays as written."""
    old = {one.id: one for one in clause_rows(text)}
    if list(old.values()) == list(rows):
        return text
    letters = {str(key.value): _scalars(value).get("evidence", "") for key, value in _pairs(section(text, "clauses"))}
    said = {one.id: None if old.get(one.id) == one else _clause(one, letters.get(one.id, "")) for one in rows}
    return with_entries(text, "clauses", said)


def _clause(one: ClauseRow, evidence: str) -> str:
    """Write a clause; how well it was read is no part of the form and stays."""
    told = [("title", one.title), ("text", one.text), ("evidence", evidence)]
    return "{" + ", ".join(f"{key}: {json.dumps(said, ensure_ascii=False)}" for key, said in told if said) + "}"
