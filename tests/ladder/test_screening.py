"""Screening: rung held, next rung, what is missing and how far, deadlines, and silence where too little is known."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from jiqun.methods.ladder import cultivation, evaluate_ladder, ladder_of, screen

ON = date(2026, 5, 12)


INNOVATIVE = ("创新型中小企业", "recognised", date(2024, 6, 1))
SPECIALISED = ("专精特新中小企业", "recognised", date(2024, 9, 1))
LOST = ("专精特新中小企业", "revoked", date(2025, 1, 10))
GIANT = ("专精特新“小巨人”企业", "recognised", date(2023, 7, 14))
NEW_GIANT = ("专精特新“小巨人”企业", "recognised", date(2026, 7, 14))
CASE = {
    "enterprise": "",
    "rung": "little_giant",
    "case_type": "review",
    "cohort": "5",
    "year": 2025,
    "applied_on": date(2026, 5, 6),
}

# name → titles and what differs from the firm that meets everything; `on` and `ladder` set the screening itself
SCENARIOS = {
    "no_title": {},
    "weak": {"enterprise_year__rd": 50, "sme_profile__rd_body": "none", "ip_right": []},
    "grown": {"enterprise_year__rd": 50, "sme_profile__rd_body": "city"},
    "two_titles": {"titles": [INNOVATIVE, SPECIALISED]},
    "in_march": {"on": date(2026, 3, 31), "titles": [INNOVATIVE, SPECIALISED]},
    "unconfirmed": {"titles": [SPECIALISED], "sme_profile__market_confirmed": None},
    "short": {"titles": [SPECIALISED], "enterprise_year__liabilities": 8000, "sme_profile__niche_years": 2},
    "no_debt_figure": {"titles": [SPECIALISED], "enterprise_year__liabilities": None},
    "little_known": {
        "titles": [SPECIALISED],
        "sme_profile": None,
        "certified_score": None,
        "award": None,
        "ip_right": None,
    },
    "certain": {
        "titles": [("高企", "recognised", date(2024, 12, 1))],
        "sme_profile": None,
        "certified_score": None,
        "award": None,
        "ip_right": None,
        "enterprise_year__rd": None,
        "enterprise_year__main_revenue": None,
    },
    "higher_held": {"on": date(2027, 7, 1), "titles": [INNOVATIVE, SPECIALISED]},
    "giant_held": {"on": date(2027, 10, 1), "titles": [SPECIALISED, NEW_GIANT]},
    "batch_five": {"titles": [SPECIALISED, GIANT], "sme_application": [CASE]},
    "giant": {"titles": [GIANT]},
    "ran_out": {"on": date(2026, 8, 1), "titles": [INNOVATIVE, GIANT]},
    "late": {"on": date(2026, 6, 1), "titles": [SPECIALISED], "sme_profile__updated_on": None},
    "lost": {"titles": [INNOVATIVE, SPECIALISED, LOST]},
    "listed": {"titles": [GIANT], "enterprise__listed_code": "601965"},
    "large": {"titles": [SPECIALISED], "enterprise_year__staff": 1000, "enterprise_year__revenue": 40000},
    "giant_nationally": {"titles": [GIANT], "ladder": "sme"},
    "high_tech": {"titles": [("高企", "recognised", date(2024, 12, 1))]},
}


@pytest.fixture(scope="module")
def standings(book, firm, frames):
    """Every scenario's firm screened; those of one day, ladder and set of tables together."""
    groups = {}
    for name, scenario in SCENARIOS.items():
        changes = dict(scenario)
        on, ladder = changes.pop("on", ON), changes.pop("ladder", "sme.chongqing")
        titles = changes.pop("titles", ())
        tables = firm(**changes)
        del tables["title_held"]
        tables["title"] = [{"title": title, "action": action, "date": day} for title, action, day in titles]
        groups.setdefault((on, ladder, frozenset(tables)), {})[name] = tables
    found = {}
    for (on, ladder, tables), members in groups.items():
        merged = {
            table: [row | {"enterprise": name} for name in members for row in members[name][table]] for table in tables
        }
        evaluated = evaluate_ladder(book, ladder_of(book, ladder), frames(merged), on, year=2025)
        found |= {one.enterprise: one for one in screen(evaluated)}
    return found


def test_a_firm_without_title_passes_the_pools_and_comes_to_the_first_title(standings):
    found = standings["no_title"]
    assert (found.held, found.pool, found.next.rung, found.next.advice) == (None, "seedling", "innovative", "ready")


def test_a_firm_that_misses_a_pool_is_told_what_it_lacks(standings):
    found = standings["weak"]
    assert (found.pool, found.next.rung, found.next.advice) == (None, "seed", "not_yet")
    lacking = {one.name: one for one in found.next.lacking}
    assert set(lacking) == {"research", "rights", "body"}
    gap = lacking["research"].gaps[0]
    assert (gap.figure, gap.comparison, gap.bound, gap.unit) == ("rd_share", ">=", 1, "%")
    assert gap.distance == 1 - Fraction("0.416667")
    assert (lacking["research"].instead_of, lacking["rights"].instead_of) == (None, "innovative")


def test_a_firm_in_a_pool_is_not_sent_back_to_a_lower_one(standings):
    found = standings["grown"]
    assert (found.pool, found.next.rung, found.next.advice) == ("seedling", "innovative", "not_yet")


def test_the_holder_of_a_title_works_for_the_one_above(standings):
    found = standings["two_titles"]
    assert (found.held, found.next.rung, found.next.edition.edition) == ("specialised", "little_giant", "2026")
    assert (found.next.verdict, found.next.advice, found.next.coverage) == ("met", "ready", 1)


def test_who_is_ready_has_nothing_counted_against_it_that_another_part_makes_up_for(standings):
    """Four class I rights are held, so the award that would stand in for them is neither unmet nor wanted."""
    found = standings["two_titles"].next
    assert {one.name: (one.result, one.standing) for one in found.criteria}["award"] == ("unmet", "not_needed")
    assert [found.count(result) for result in ("unmet", "unknown", "manual_review")] == [0, 0, 0]


def test_the_day_decides_the_edition_of_a_new_application(standings):
    found = standings["in_march"]
    assert found.next.edition.edition == "2022"


def test_a_market_position_that_nobody_confirmed_waits_for_a_person(standings):
    found = standings["unconfirmed"]
    assert (found.next.verdict, found.next.advice) == ("manual_review", "for_review")
    assert [one.name for one in found.next.lacking] == ["market"]
    assert found.next.coverage == 1


def test_distances_are_those_of_the_figures_that_fall_short(standings):
    found = standings["short"]
    gaps = {one.name: one.gaps[0] for one in found.next.lacking}
    assert (gaps["debt"].value, gaps["debt"].bound, gaps["debt"].distance) == (80, 75, 5)
    assert (gaps["niche"].distance, gaps["niche"].unit) == (1, "年")


def test_an_unknown_criterion_names_the_inputs_that_are_not_there(standings):
    found = standings["no_debt_figure"]
    lacking = {one.name: one for one in found.next.lacking}
    assert (lacking["debt"].result, lacking["debt"].unknown) == ("unknown", ("liabilities",))
    assert found.next.advice == "unclear"


def test_below_the_stated_share_of_known_criteria_nothing_is_recommended(standings):
    found = standings["little_known"]
    assert found.next.coverage < Fraction(6, 10)
    assert found.next.advice == "no_recommendation"
    assert found.next.count("met") > 0


def test_a_pass_that_holds_whatever_the_unknown_is_needs_no_coverage(standings):
    found = standings["certain"]
    assert (found.next.rung, found.next.verdict) == ("innovative", "met")  # a valid high-tech firm passes directly
    assert found.next.coverage < Fraction(6, 10)
    assert found.next.advice == "ready"


def test_the_end_of_a_term_beside_a_higher_title_is_open_where_no_document_speaks(standings):
    found = standings["higher_held"]  # innovative ran out on 31 May 2027, specialised is valid until 31 August
    said = {one.title: (one.kind, one.missed) for one in found.deadlines if one.kind != "update"}
    assert said == {"innovative": ("review_open", True), "specialised": ("review", False)}


def test_the_specialised_title_is_re_verified_though_the_firm_is_a_little_giant(standings):
    found = standings["giant_held"]  # No. 2 of 2026, annex 2: a little giant holds a valid specialised title
    said = {one.title: (one.kind, one.missed) for one in found.deadlines if one.kind != "update"}
    assert said["specialised"] == ("review", True)


def test_the_little_giant_of_batch_five_is_reviewed_under_no_63_while_others_apply_under_no_2(standings):
    found = standings["batch_five"]
    assert (found.held, found.review.rung, found.review.edition.edition) == ("little_giant", "little_giant", "2022")
    assert found.review.verdict == "met"
    assert [(one.kind, one.title, one.day, one.missed) for one in found.deadlines] == [
        ("review", "little_giant", date(2026, 7, 13), False)
    ]


def test_a_review_without_known_batch_is_not_judged_by_a_guess(standings):
    found = standings["giant"]
    assert (found.review.advice, found.review.edition.missing) == ("not_covered", ("cohort",))


def test_a_title_that_ran_out_is_no_longer_held_and_its_deadline_is_missed(standings):
    found = standings["ran_out"]
    assert found.held == "innovative"
    assert ("review", "little_giant", True) in [(one.kind, one.title, one.missed) for one in found.deadlines]


def test_a_late_update_is_said(standings):
    found = standings["late"]
    assert [(one.kind, one.day, one.missed) for one in found.deadlines] == [("update", date(2026, 5, 31), True)]


def test_a_firm_that_lost_a_title_is_barred_and_not_recommended(standings):
    found = standings["lost"]
    assert (found.held, found.barred_until, found.next.advice) == ("innovative", date(2028, 1, 9), "barred")


def test_a_listed_firm_stands_on_the_highest_rung(standings):
    found = standings["listed"]
    assert (found.held, found.next) == ("listed", None)


def test_a_large_firm_is_no_sme(standings):
    found = standings["large"]
    assert "sme_size" in [one.name for one in found.next.lacking]


def test_a_little_giant_works_for_the_municipal_champion_and_nationally_for_the_champion(standings):
    found = standings["giant"]
    assert (found.next.rung, found.next.edition.edition) == ("municipal_champion", "2024")
    assert (found.next.verdict, found.next.advice) == ("met", "ready")  # a little giant needs 100 million only
    found = standings["giant_nationally"]
    assert (found.next.rung, found.next.advice) == ("champion", "not_yet")


def test_rungs_beside_the_ladder_are_judged_for_those_who_do_not_hold_them(standings):
    found = standings["high_tech"]
    assert [one.rung for one in found.sides] == ["tech_sme", "key_little_giant"]


# --- cultivation targets


def test_targets_of_the_city_stand_beside_what_is_done(book, frames):
    from jiqun.methods.ladder import TitleEvent, holdings

    ladder = book.get("ladder", "sme.chongqing")
    events = [TitleEvent(f"f{number}", "小巨人", "recognised", date(2022 + number, 7, 1)) for number in range(4)]
    held = holdings(events, ladder, ON)
    rows = {
        (row.title, row.count, row.district): row
        for row in cultivation(book, held, ON, {"f2": "500109", "f3": "500109"})
    }
    new = rows["little_giant", "new", None]
    assert (new.target, new.done, new.share, new.by) == (120, 2, Fraction(1, 60), date(2027, 12, 31))
    assert (new.document, new.clause) == ("cq-sme-ladder-2024", "目标-2027")
    yearly = rows["little_giant", "yearly", None]
    assert (yearly.target, yearly.done, yearly.share) == (30, 0, 0)
    assert (rows["specialised", "stock", None].target, rows["high_tech", "stock", None].target) == (5000, 12800)
    unknown = rows["tech_sme", "stock", None]  # the ledger has no such title of anybody
    assert (unknown.target, unknown.done, unknown.share) == (86000, None, None)


def test_a_district_whose_target_was_not_published_has_none(book):
    from jiqun.methods.ladder import TitleEvent, holdings

    ladder = book.get("ladder", "sme.chongqing")
    held = holdings([TitleEvent("f", "小巨人", "recognised", date(2025, 7, 1))], ladder, ON)
    rows = [row for row in cultivation(book, held, ON, {"f": "500109"}) if row.district == "500109"]
    assert [(row.title, row.count, row.target, row.done, row.share) for row in rows] == [
        ("little_giant", "new", None, 1, None)
    ]


def test_columns_that_nobody_handed_in_are_unknown_for_everybody(book, firm, frames):
    tables = firm(title=[])
    del tables["title_held"]
    given = frames(tables)
    given["ip_right"] = given["ip_right"].select("enterprise", "number", "class")
    given["sme_profile"] = given["sme_profile"].select("enterprise", "year", "niche_years")
    given["enterprise"] = given["enterprise"].drop("listed_code")
    found = screen(evaluate_ladder(book, ladder_of(book, "sme"), given, ON, year=2025))[0]
    unknown = {one.name: one.unknown for one in found.next.criteria if one.result == "unknown"}
    assert unknown["equity"] == ("new_equity_3y",)
    assert (found.next.rung, found.next.advice) == ("innovative", "no_recommendation")
