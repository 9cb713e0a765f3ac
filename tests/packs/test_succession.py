"""Until when an edition is in force: its own last day, or the day before an edition that supersedes it begins."""

from datetime import date

import pytest

from jiqun.packs import LawBook, Method
from jiqun.packs.editions import edition_at
from jiqun.packs.lawobject import LawObject
from jiqun.packs.reading import Source
from jiqun.values import Period


def rule(edition, begins="", ends="", status="in_force", supersedes=()):
    days = {key: day for key, day in (("from", begins), ("to", ends)) if day}
    return Method.model_validate(
        {
            "kind": "method", "id": "m", "title": "甲", "title_en": "A", "edition": edition, "status": status,
            "in_force": days, "supersedes": list(supersedes), "populations": {"all": {"title": "甲", "title_en": "A", "where": "true"}},
        }
    )  # fmt: skip


def book(*rules):
    objects = [LawObject("p", one, Source("p/m.yaml")) for one in rules]
    return LawBook([], {one.key: one for one in objects})


def held(there, edition):
    span = there.days_in_force(there.method("m", edition))
    return str(span.from_), str(span.to)


def test_an_edition_ends_on_the_day_before_its_successor_begins():
    there = book(rule("2022", "2022-01-01"), rule("2024", "2024-03-01", supersedes=["2022"]))
    assert held(there, "2022") == ("2022-01-01", "2024-02-29")
    assert held(there, "2024") == ("2024-03-01", "None")
    assert there.successor_of(there.method("m", "2022")).edition == "2024"
    assert [edition_at(there, "m", Period.parse(year)) for year in ("2021", "2023", "2024")] == [None, "2022", "2024"]


def test_an_own_last_day_that_is_earlier_stays():
    there = book(rule("2022", "2022-01-01", "2022-12-31"), rule("2024", "2024-03-01", supersedes=["2022"]))
    assert held(there, "2022") == ("2022-01-01", "2022-12-31")


def test_of_several_successors_the_first_ends_it():
    there = book(
        rule("2022", "2022-01-01"),
        rule("2025", "2025-01-01", supersedes=["2022", "2024"]),
        rule("2024", "2024-01-01", supersedes=["2022"]),
    )
    assert held(there, "2022") == ("2022-01-01", "2023-12-31")
    assert held(there, "2024") == ("2024-01-01", "2024-12-31")


def test_a_correction_from_the_same_day_leaves_the_corrected_edition_no_day_and_is_the_latest():
    there = book(rule("2022", "2022-01-01"), rule("2021-corrected", "2022-01-01", supersedes=["2022"]))
    corrected = there.days_in_force(there.method("m", "2022"))
    assert not any(corrected.covers(date(year, 12, 31)) for year in (2021, 2022, 2030))
    assert there.method("m").edition == "2021-corrected"  # though its name sorts before
    assert edition_at(there, "m", Period.parse("2022")) == "2021-corrected"


@pytest.mark.parametrize(
    ("status", "other", "ends"),
    [("in_force", "in_force", True), ("in_force", "trial", True), ("draft", "draft", False),
     ("trial", "in_force", False), ("trial", "trial", True), ("repealed", "in_force", True)],
)  # fmt: skip
def test_a_rule_on_trial_ends_none_in_force_and_a_draft_ends_none(status, other, ends):
    there = book(
        rule("2022", "2022-01-01", status=other), rule("2024", "2024-01-01", status=status, supersedes=["2022"])
    )
    assert (held(there, "2022")[1] == "2023-12-31") is ends


def test_what_an_edition_computes_is_the_same_before_and_after_it_was_superseded():
    old = rule("2022", "2022-01-01")
    there = book(old, rule("2024", "2024-01-01", supersedes=["2022"]))
    assert there.method("m", "2022").digest == book(old).method("m").digest
