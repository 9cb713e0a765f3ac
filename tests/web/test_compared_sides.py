"""The two sides of a comparison are told apart, whatever they have in common."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jiqun.web.land.compared import sides


def run(period: str, edition: str, official: bool, id_: str) -> Any:
    return SimpleNamespace(period=period, edition=edition, official=official, id=id_)


OLD = run("2024", "2023", True, "aaaaaaaa11111111")
NEW = run("2025", "2023", False, "bbbbbbbb22222222")
DRAFT = run("2025", "2026", False, "cccccccc33333333")
SIGNED = run("2025", "2026", True, "dddddddd44444444")


@pytest.mark.parametrize(
    ("early", "late", "zh", "en"),
    [
        (OLD, NEW, ("2024", "2025"), ("2024", "2025")),
        (NEW, DRAFT, ("2023版", "2026版"), ("edition 2023", "edition 2026")),
        (DRAFT, SIGNED, ("试算 cccccccc", "正式 dddddddd"), ("Trial cccccccc", "Official dddddddd")),
    ],
)
def test_sides_are_years_else_editions_else_states_and_numbers(early: Any, late: Any, zh: Any, en: Any) -> None:
    assert sides(early, late, "zh") == zh
    told = tuple(one.casefold() for one in sides(early, late, "en"))
    assert told == tuple(one.casefold() for one in en)
