"""The ledger of titles: terms, re-verification, updates, revocation, and two regimes side by side."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from jiqun.methods.ladder import TitleEvent, holdings, title_events, title_held
from jiqun.methods.ladder.titles import misspelt

GIANT = "专精特新“小巨人”企业"


@pytest.fixture
def ladder(book):
    return book.get("ladder", "sme")


def event(action, day, title=GIANT, enterprise="a", valid_to=None):
    return TitleEvent(enterprise, title, action, day, valid_to)


def only(found):
    assert len(found) == 1
    return found[0]


def test_a_title_is_valid_for_three_years_from_its_day(ladder):
    events = [event("recognised", date(2023, 7, 14))]
    for day, state in (
        (date(2023, 7, 13), None),
        (date(2023, 7, 14), "valid"),
        (date(2026, 7, 13), "valid"),
        (date(2026, 7, 14), "lapsed"),
    ):
        found = holdings(events, ladder, day)
        assert [one.state for one in found] == ([state] if state else [])
    assert found[0].valid_to == date(2026, 7, 13)


def test_the_register_of_technology_smes_is_valid_for_one_year(ladder):
    found = only(holdings([event("recognised", date(2025, 3, 20), "科技型中小企业")], ladder, date(2026, 3, 19)))
    assert (found.title, found.valid_to, found.state) == ("tech_sme", date(2026, 3, 19), "valid")


def test_a_term_that_the_ledger_states_goes_before_the_general_one(ladder):
    found = only(
        holdings([event("recognised", date(2023, 7, 14), valid_to=date(2026, 6, 30))], ladder, date(2026, 7, 1))
    )
    assert (found.valid_to, found.state) == (date(2026, 6, 30), "lapsed")


def test_a_review_extends_the_running_term_by_three_years(ladder):
    events = [event("recognised", date(2020, 11, 1)), event("reviewed", date(2023, 7, 14))]
    found = only(holdings(events, ladder, date(2024, 1, 1)))
    assert (found.since, found.granted, found.valid_to) == (date(2020, 11, 1), date(2023, 7, 14), date(2026, 10, 31))


def test_a_review_is_due_in_the_year_in_which_the_term_ends(ladder):
    events = [event("recognised", date(2023, 7, 14))]
    assert only(holdings(events, ladder, date(2025, 12, 31))).review_due is None
    assert only(holdings(events, ladder, date(2026, 1, 1))).review_due == date(2026, 7, 13)


def test_a_document_may_say_that_a_higher_title_takes_the_place_of_a_review(ladder):
    said = [{"title": "specialised", "review": "not_due"}]
    titles = {
        name: one.model_copy(update={"while_held": type(one).model_validate({"title": "x", "title_en": "x", "while_held": said}).while_held})
        for name, one in ladder.titles.items()
    }  # fmt: skip
    events = [event("recognised", date(2024, 6, 1), "创新型"), event("recognised", date(2025, 9, 1), "专精特新")]
    open_, free = (
        holdings(events, one, date(2027, 7, 1))[0] for one in (ladder, ladder.model_copy(update={"titles": titles}))
    )
    assert (open_.state, open_.review_due, open_.review_open_by) == ("lapsed", date(2027, 5, 31), "specialised")
    assert (free.state, free.review_due, free.review_open_by) == ("lapsed", None, None)


def test_a_revoked_title_bars_for_three_years_and_a_later_recognition_begins_anew(ladder):
    events = [event("recognised", date(2021, 7, 1)), event("revoked", date(2022, 5, 1))]
    found = only(holdings(events, ladder, date(2023, 1, 1)))
    assert (found.state, found.valid_to, found.barred_until) == ("revoked", date(2022, 5, 1), date(2025, 4, 30))
    again = only(holdings([*events, event("recognised", date(2026, 7, 1))], ladder, date(2026, 8, 1)))
    assert (again.state, again.since, again.barred_until) == ("valid", date(2026, 7, 1), None)


def test_an_expired_title_may_be_recognised_again(ladder):
    events = [event("recognised", date(2020, 1, 1)), event("expired", date(2023, 1, 1))]
    assert only(holdings(events, ladder, date(2023, 6, 1))).state == "expired"


def test_updates_are_due_by_the_end_of_april_and_from_2026_by_the_end_of_may(ladder):
    events = [event("recognised", date(2023, 7, 14))]
    due = {
        day: only(holdings(events, ladder, day, {"a": None}))
        for day in (date(2025, 4, 30), date(2025, 5, 1), date(2026, 5, 31), date(2026, 6, 1))
    }
    assert [(one.update_due, one.update_state) for one in due.values()] == [
        (date(2025, 4, 30), "open"), (date(2025, 4, 30), "overdue"), (date(2026, 5, 31), "open"), (date(2026, 5, 31), "overdue"),
    ]  # fmt: skip


def test_an_update_made_this_year_leaves_next_years_day(ladder):
    events = [event("recognised", date(2023, 7, 14))]
    found = only(holdings(events, ladder, date(2025, 6, 1), {"a": date(2025, 4, 12)}))
    assert (found.update_due, found.update_state) == (date(2026, 5, 31), "done")


def test_without_a_record_of_updates_nobody_is_called_late(ladder):
    found = only(holdings([event("recognised", date(2023, 7, 14))], ladder, date(2025, 6, 1)))
    assert found.update_state == "unknown"


def test_titles_of_two_regimes_stand_side_by_side(ladder):
    events = [event("recognised", date(2025, 10, 1)), event("recognised", date(2026, 6, 1), enterprise="b")]
    old, new = holdings(events, ladder, date(2026, 7, 1))
    assert (old.regime, new.regime) == ("gongxinbuqiye-2022-63#有效期", "有效期")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("国家级专精特新“小巨人”企业", "little_giant"), ("小巨人", "little_giant"), ("专精特新", "specialised"), ("高企", "high_tech"), ("制造业单项冠军示范企业", "champion"), ("某某称号", "某某称号")],
)  # fmt: skip
def test_a_title_is_known_by_any_of_its_names(ladder, written, meant):
    assert only(holdings([event("recognised", date(2025, 1, 1), written)], ladder, date(2025, 6, 1))).title == meant


def test_the_table_of_titles_held_has_the_valid_ones_only(ladder):
    frame = pl.DataFrame(
        {
            "enterprise": ["a", "b", "c"], "title": [GIANT] * 3, "action": ["recognised", "recognised", None],
            "date": [date(2020, 1, 1), date(2025, 1, 1), date(2025, 1, 1)], "valid_to": [None, None, None], "document": [None] * 3,
        }
    )  # fmt: skip
    held = title_held(holdings(title_events(frame), ladder, date(2025, 6, 1)))
    assert held.rows() == [("b", "little_giant", date(2025, 1, 1), date(2027, 12, 31))]


def test_a_title_that_is_nearly_a_known_name_is_named_and_another_one_is_not(ladder):
    events = [
        event("recognised", date(2024, 5, 1), one)
        for one in (GIANT, "专精特新小巨人企", "绿色工厂", "省级企业技术中心")
    ]
    assert misspelt(events, ladder) == {"专精特新小巨人企": "专精特新小巨人企业"}
