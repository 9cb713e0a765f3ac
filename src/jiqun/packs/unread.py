"""Follow-ups: a reference to what stands in a file that could not be read is no second fault of the book."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from jiqun.problems import Problem, by_place

Unread = frozenset[tuple[str, str]]  # kind and id of what a file claims to hold; no kind where it does not say

_KEY = re.compile(r"^(kind|id|adds_to):[ ]+[\"']?([^\s\"'#]+)", re.MULTILINE)
# code of a reference to nothing → the kind it refers to and the value of the problem that names it
_REFERENCES = {
    "PACK-026": ("pack", "pack"),
    "PACK-105": ("document", "id"),
    "PACK-107": ("parameter", "id"),
    "PACK-108": ("taxonomy", "id"),
    "PACK-110": ("table", "id"),
    "PACK-134": ("method", "id"),
    "PACK-144": ("edition_rule", "id"),
    "METHOD-002": ("table", "table"),
    "METHOD-004": ("parameter", "parameter"),
    "METHOD-033": ("method", "method"),
}
# the same for a part of it: an edition of a rule of which others can be read, the columns that a file adds to a table
_PARTS = {"METHOD-003": ("table", "table"), "PACK-111": ("table", "table"), "PACK-140": ("method", "id")}


def claimed(data: Any, text: str) -> list[tuple[str, str]]:
    """Return kind and id that an unreadable file says it holds, from its keys or, where it is no YAML, its lines.

    One that adds columns to a table holds a part of that table too. Empty where the file does not say what it is.
    """
    said = data if isinstance(data, Mapping) else dict(_KEY.findall(text))
    names = [name for name in (said.get("id"), said.get("adds_to")) if name is not None]
    return [(str(said.get("kind") or ""), str(name)) for name in names]


def is_unread(unread: Unread, kind: str, id_: str) -> bool:
    """Tell whether a file that could not be read claims to hold this; `parameter.key` stands in its parameter's.

    It is known by its file's name too, which has hyphens where an id may have points: its id may be what is wrong.
    """
    wanted = _as_file_name(id_)
    return any(
        known in ("", kind)
        and (wanted == (claim := _as_file_name(name)) or (kind == "parameter" and wanted.startswith(f"{claim}-")))
        for known, name in unread
    )


def _as_file_name(id_: str) -> str:
    return id_.replace(".", "-")


def missed(one: Problem, unread: Unread) -> bool:
    """Tell whether a problem is a reference to something that could not be read."""
    if one.code == "METHOD-120":  # the table of grades of earlier years, which a rule does not name itself
        return is_unread(unread, "table", one.values["table"])
    if one.code == "METHOD-007" and one.values["kind"] == "column":  # of whichever table, or made by a classification
        return not {"", "table", "taxonomy"}.isdisjoint(kind for kind, _ in unread)
    if one.code == "PACK-040":
        return is_unread(unread, one.values["kind"], one.values["id"])
    kind, value = _REFERENCES.get(one.code) or _PARTS.get(one.code, ("", ""))
    return bool(kind) and is_unread(unread, kind, one.values[value])


def without_follow_ups(found: Iterable[Problem], unread: Unread, torn: frozenset[str]) -> list[Problem]:
    """Leave out references to what could not be read, and unused parameters where a method could not.

    `torn` are the folders of packs that extend one which is not there: nothing they refer to can be looked up.
    """
    held = list(found)
    without = {kind for kind, _ in unread} | ({"method"} if torn else set())
    return [one for one in held if not (missed(one, unread) or _echo(one, held, torn, without))]


def told_once(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by place; what many places refer to in vain is told at the first of them, with their number."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for one in by_place(found):
        _, value = _REFERENCES.get(one.code, ("", ""))
        key = (one.code, one.values[value]) if value else (one.code, one.text("en"))
        groups.setdefault(key, []).append(one)
    return by_place(
        replace(one, values=MappingProxyType({**one.values, "more": str(len(others))})) if others else one
        for one, *others in groups.values()
    )


def _echo(one: Problem, held: list[Problem], torn: frozenset[str], without: Collection[str]) -> bool:
    if one.code == "PACK-116":  # told of the parameter itself, which calls itself in force and illustrative
        pretending = [other.values["id"] for other in held if other.code == "PACK-132"]
        return any(one.values["used"] == id_ or one.values["used"].startswith(f"{id_}.") for id_ in pretending)
    if one.code == "PACK-117":  # a misspelt reference meant it, or the method that uses it is not there
        return bool({"", "method"} & set(without)) or any(
            other.code == "PACK-134" or (other.code == "PACK-107" and other.values["nearest"] == one.values["id"])
            for other in held
        )
    if one.code == "PACK-039":  # which of two editions counts may stand in the file that could not be read
        return bool({"", "edition_rule"} & set(without))
    if one.code == "PACK-044":  # the subject's row stands in a table, or under a column, whose name is misspelt
        return any(other.code in ("PACK-110", "PACK-111") and other.place.file == one.place.file for other in held)
    return one.code in _REFERENCES and one.code != "PACK-026" and one.place.file.split("/")[0] in torn
