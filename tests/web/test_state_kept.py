"""What is kept of a state of the ledger is the next state's own from its commit on, and of a scope nobody else's."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from jiqun.web import region
from jiqun.web.enterprises import register
from jiqun.web.ladder.queries import calendar
from jiqun.web.land.counts import counted
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, runs


@pytest.fixture
def run():
    return next(one for one in runs() if one.method_id.startswith("per-mu.chongqing"))


def test_a_firm_that_moves_is_at_its_new_place_at_once(run, monkeypatch):
    graded = run.trace.drop_nulls("grade")["enterprise"].to_list()
    firms = ledger().table("enterprise").filter(pl.col("enterprise").is_in(graded))
    firm, old = firms.select("enterprise", "district").row(0)
    new = next(one for one in firms["district"].to_list() if one != old)
    before, after = Scope("district", old), Scope("district", new)

    def seen() -> tuple[object, ...]:
        return (
            register.registered(firm, before) is not None,
            register.registered(firm, after) is not None,
            *(sum(counted(ledger(), run.id, one).values()) for one in (before, after)),
        )

    stayed, _, here, there = seen()
    assert seen() == (True, False, here, there) and stayed
    commit(monkeypatch, pl.when(pl.col("enterprise") == firm).then(pl.lit(new)).otherwise("district").alias("district"))
    assert seen() == (False, True, here - 1, there + 1)
    row = register.registered(firm, Scope())
    assert row is not None and row["district"] == new


def test_a_district_whose_firms_all_left_is_nobodys_any_more(monkeypatch):
    old, new = ledger().table("enterprise")["district"].drop_nulls().unique().sort().to_list()[:2]
    scope = Scope("district", old)
    assert ledger().districts(scope) == {old} and ledger().districts(Scope("district", new)) == {new}
    commit(monkeypatch, pl.col("district").replace(old, new))
    assert ledger().districts(scope) == frozenset() and ledger().districts(Scope("district", new)) == {new}


def test_the_calendar_names_a_firm_as_it_is_called_since_the_last_commit(monkeypatch):
    on = date(2025, 6, 1)
    first = calendar(Scope(), on, "zh")[0]
    commit(monkeypatch, pl.col("name") + "（更名）")
    found = next(one for one in calendar(Scope(), on, "zh") if one.enterprise == first.enterprise)
    assert found.name == first.name + "（更名）"
    assert all(one.district == first.district for one in calendar(Scope("district", first.district), on, "zh"))


def test_runs_that_grade_firms_are_those_that_a_reader_is_told(monkeypatch):
    every = register.readable_runs(Scope())
    assert len(every) > 1
    monkeypatch.setattr(register, "runs_for", lambda scope: every[:1])
    assert register.readable_runs(Scope()) == every[:1]
    monkeypatch.setattr(register, "runs_for", lambda scope: [])
    assert register.readable_runs(Scope()) == [] and register.leading_run(Scope()) is None
    monkeypatch.undo()
    assert register.readable_runs(Scope()) == every


def commit(monkeypatch: pytest.MonkeyPatch, changed: pl.Expr) -> None:
    """Have the ledger say something else of the register, in a state of its own."""
    read, stamp, number = region.Ledger._read, region.ledger_stamp, object()

    def later(self: region.Ledger, name: str) -> pl.DataFrame:
        return read(self, name).with_columns(changed) if name == "enterprise" else read(self, name)

    monkeypatch.setattr(region.Ledger, "_read", later)
    monkeypatch.setattr(region, "ledger_stamp", lambda: (*stamp(), number))
