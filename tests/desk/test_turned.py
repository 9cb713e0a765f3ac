"""What became of firms between two evaluations: one that was split off is told with whom it comes from."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from jiqun.desk import turned as module
from jiqun.desk.turned import Turned, turned

REGISTER = pl.DataFrame(
    [
        ("A", "甲厂", "正常", date(2001, 1, 1), None),
        ("B", "乙厂", "注销", date(2002, 1, 1), None),
        ("N1", "甲新厂", "正常", date(2024, 3, 1), "A"),
        ("N2", "甲二厂", "正常", date(2024, 5, 1), "A"),
        ("N3", "乙新厂", "正常", date(2024, 6, 1), "B"),
        ("N4", "丙厂", "正常", date(2024, 7, 1), None),
        ("N5", "远处分来的厂", "正常", date(2024, 8, 1), "Z"),
        ("N6", "早就分立的厂", "正常", date(2019, 8, 1), "A"),
    ],
    schema={
        "enterprise": pl.String,
        "name": pl.String,
        "status": pl.String,
        "registered_on": pl.Date,
        "split_from": pl.String,
    },
    orient="row",
)


def run(year: int, *firms: str) -> SimpleNamespace:
    plan = SimpleNamespace(period=SimpleNamespace(year=year))
    return SimpleNamespace(subject="enterprise", plan=plan, trace=pl.DataFrame({"enterprise": list(firms)}))


def between(monkeypatch: pytest.MonkeyPatch, register: pl.DataFrame) -> dict[str, list[Turned]]:
    snapshot = SimpleNamespace(names=("enterprise",), table=lambda name: register)
    monkeypatch.setattr(module, "snapshot_of", lambda context, run: snapshot)
    monkeypatch.setattr(module, "subject_facts", lambda context, run: run.trace)
    return turned(None, run(2023, "A", "B"), run(2024, "A", "N1", "N2", "N3", "N4", "N5", "N6"))  # type: ignore[arg-type]


def test_a_split_is_told_on_both_sides_and_is_no_mere_founding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert between(monkeypatch, REGISTER) == {
        "A": [Turned("parted", "", "甲新厂、甲二厂")],
        "B": [Turned("ended", "", "注销"), Turned("parted", "", "乙新厂")],
        "N1": [Turned("split", "甲厂", "2024-03-01")],
        "N2": [Turned("split", "甲厂", "2024-05-01")],
        "N3": [Turned("split", "乙厂", "2024-06-01")],
        "N4": [Turned("founded", "", "2024-07-01")],
        "N5": [Turned("split", "Z", "2024-08-01")],
        "N6": [Turned("silent")],
    }


def test_a_register_without_the_column_tells_foundings(monkeypatch: pytest.MonkeyPatch) -> None:
    told = between(monkeypatch, REGISTER.drop("split_from"))
    assert told["N1"] == [Turned("founded", "", "2024-03-01")] and "A" not in told
