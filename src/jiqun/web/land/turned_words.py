"""What became of a firm itself between two evaluations, in words: a new name, another district, trade or size class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from jiqun.problems import Language
from jiqun.web.enterprises.register import place_names
from jiqun.web.region import names_of, region

_TURNED: Mapping[str, tuple[str, str]] = {
    "name": ("原名{before}", "formerly {before}"),
    "district": ("由{before}转来", "came from {before}"),
    "industry": ("行业由{before}改为{after}", "trade changed from {before} to {after}"),
    "scale": ("由{before}变为{after}", "from {before} to {after}"),
    "founded": ("{after} 成立", "founded {after}"),
    "split": ("{after} 由{before}分立", "split off from {before} on {after}"),
    "parted": ("分立出{after}", "{after} split off from it"),
    "ended": ("登记状态：{after}", "register: {after}"),
}
_SILENT: Mapping[str, tuple[str, str]] = {
    "new": ("前一次没有数据，或不属于评价对象", "no data before, or not of those evaluated"),
    "gone": ("登记仍在；后一次没有数据，或不属于评价对象", "still registered; no data, or not of those evaluated"),
}


def turned_words(row: Mapping[str, Any], language: Language) -> str:
    """Say what became of the firm of a compared row; empty where nothing did."""
    at, parts = int(language == "en"), []
    for one in row["turned"]:
        kind = one["kind"]
        sides = {side: _said(kind, one[side], language) for side in ("before", "after")}
        parts.append((_SILENT[row["direction"]] if kind == "silent" else _TURNED[kind])[at].format(**sides))
    return ("；", "; ")[at].join(parts)


def _said(kind: str, value: str, language: Language) -> str:
    if kind == "district":
        return place_names().get(value, value)
    if kind == "industry":
        return f"{value} {names_of('gbt4754', timezone.localdate(), language).get(value, '')}".strip()
    if kind == "scale":
        found = {one.value: one for one in region().contract("enterprise_year").column("scale").categories}.get(value)
        return value if found is None else (found.title_en if language == "en" else found.title) or value
    return value
