"""Which edition judges a case: in spring 2026 two rules ran side by side."""

from __future__ import annotations

from datetime import date

import pytest

from jiqun.methods.ladder import choose_edition
from jiqun.packs.models import EditionRule
from jiqun.problems import ProblemsError


def chosen(book, rule, case_type, day, cohort=None):
    found = book.get("edition_rule", rule)
    return choose_edition(found, {"case_type": case_type, "applied_on": day, "cohort": cohort})


@pytest.mark.parametrize(
    ("case_type", "day", "cohort", "edition"),
    [
        # the same weeks, two rules: batch 5 of 2023 and the renewed batch 2 are re-verified under No. 63
        ("review", date(2026, 5, 10), "5", "2022"),
        ("review", date(2026, 5, 10), "2", "2022"),
        ("application", date(2026, 5, 10), None, "2026"),
        ("review", date(2026, 5, 10), "4", "2026"),
        ("application", date(2026, 4, 1), None, "2026"),
        ("application", date(2026, 3, 31), None, "2022"),
        ("application", date(2022, 8, 1), None, "2022"),
        ("review", date(2026, 1, 1), "5", "2022"),
        # that round is closed: No. 63 is not used again
        ("review", date(2027, 5, 10), "5", "2026"),
        ("application", date(2026, 5, 10), "5", "2026"),
    ],
)
def test_little_giants_are_judged_by_case_type_day_and_batch(book, case_type, day, cohort, edition):
    found = chosen(book, "sme.little-giant", case_type, day, cohort)
    assert (found.method, found.edition) == ("sme.little-giant", edition)
    assert found.reason and found.clause


def test_a_review_whose_batch_is_not_known_is_left_open(book):
    found = chosen(book, "sme.little-giant", "review", date(2026, 5, 10))
    assert (found.method, found.missing) == (None, ("cohort",))


def test_a_case_before_every_edition_falls_under_none(book):
    found = chosen(book, "sme.little-giant", "application", date(2021, 5, 10))
    assert (found.method, found.missing) == (None, ())


def test_innovative_smes_stay_with_the_rule_of_2022_until_the_merged_standard(book):
    for day in (date(2024, 5, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 1)):
        assert chosen(book, "sme.innovative", "application", day).edition == "2022"
    assert "第三十条" in chosen(book, "sme.innovative", "application", date(2026, 4, 1)).reason


@pytest.mark.parametrize(("day", "edition"), [(date(2026, 3, 31), "2022"), (date(2026, 4, 1), "2026")])
def test_specialised_smes_change_on_the_first_of_april_2026(book, day, edition):
    assert chosen(book, "sme.specialised", "application", day).edition == edition


def test_champions_before_september_2023_keep_their_own_rule(book):
    assert chosen(book, "sme.champion", "application", date(2023, 8, 31)).edition == "2016"
    assert chosen(book, "sme.champion", "application", date(2023, 9, 1)).edition == "2023"


def test_a_name_that_the_rule_does_not_know_is_refused(book):
    with pytest.raises(ProblemsError) as found:
        choose_edition(book.get("edition_rule", "sme.champion"), {"batch": "5"})
    assert found.value.problems[0].code == "METHOD-110"


def test_the_first_true_choice_counts_and_the_last_may_be_without_condition():
    rule = EditionRule.model_validate(
        {
            "kind": "edition_rule", "id": "x", "title": "x", "title_en": "x",
            "choices": [
                {"where": 'cohort == "1"', "use": {"method": "a", "edition": "1"}, "title": "一"},
                {"use": {"method": "a", "edition": "2"}, "title": "其余"},
            ],
        }
    )  # fmt: skip
    assert choose_edition(rule, {"cohort": "1"}).edition == "1"
    assert choose_edition(rule, {"cohort": "2"}).edition == "2"
    assert choose_edition(rule, {}).missing == ("cohort",)


@pytest.mark.parametrize(
    ("case", "revenue", "growth", "revenue_round"),
    [
        (("review", date(2025, 5, 20)), 12000, "not_applicable", "met"),
        (("application", date(2025, 5, 20)), 12000, "unmet", "met"),
        (("application", date(2025, 5, 20)), 4999, "unmet", "unmet"),
        (("review", date(2024, 5, 20)), 4999, "unmet", "not_applicable"),
        (None, 4999, "unmet", "not_applicable"),
    ],
)
def test_the_notice_of_2025_binds_those_who_applied_in_its_round(judge, firm, case, revenue, growth, revenue_round):
    rows = [] if case is None else [{"rung": "little_giant", "case_type": case[0], "applied_on": case[1], "year": 2025}]
    still = {"enterprise_year__revenue": revenue, "enterprise_year__main_revenue": 10000 if revenue > 5000 else 4500}
    found = judge("sme.little-giant", "2022", firm(sme_application=rows, **still))
    assert (found["growth"], found["revenue_round"]) == (growth, revenue_round)
