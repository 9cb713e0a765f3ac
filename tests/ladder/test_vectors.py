"""The known firms of the rules: one little giant under two regimes, an innovative SME with a weak block, size classes."""

from __future__ import annotations


def giant(firm, right, three_years):
    """Revenue 120 M, main 85 %, niche 4 y, growth 6 %, debt 72 %, R&D 4.5 M + 5.2 M, two class I rights, share 12 %."""
    return firm(
        enterprise_year=three_years(
            industry=("3453",) * 3, revenue=(12000, 11500, 10000), main_revenue=(10200, 10200 / 1.06, 10200 / 1.06 / 1.06),
            rd=(520, 450, 400), assets=(10000, 9000, 8000), liabilities=(7200, 6000, 5000), staff=(200, 190, 180),
            rd_staff=(30, 30, 30),
        ),
        ip_right=[right(1), right(2)], sme_profile__niche_years=4, sme_profile__national_share=12,
    )  # fmt: skip


def unmet(found, without=()):
    return {name for name, result in found.items() if result == "unmet"} - {"award", "maker", "qualified", *without}


def test_the_giant_fails_only_on_debt_under_the_rule_of_2022(judge, firm, right, three_years):
    found = judge("sme.little-giant", "2022", giant(firm, right, three_years))
    assert unmet(found, {"refined"}) == {"debt"}
    assert found["debt_ratio"] == 72
    assert (round(found["rd_share_before"], 2), round(found["rd_share"], 2)) == (3.91, 4.33)
    assert (found["rd_large"], found["rd_middle"], found["rd_small"]) == ("met", "not_applicable", "not_applicable")
    assert found["qualified"] == "unmet"


def test_the_same_giant_fails_main_share_research_and_rights_but_passes_debt_under_the_rule_of_2026(
    judge, firm, right, three_years
):
    found = judge("sme.little-giant", "2026", giant(firm, right, three_years))
    assert unmet(found, {"ip_or_exempt"}) == {"main", "rd_two_years", "ip"}
    assert found["rd_sum"] == 970
    assert found["debt"] == "met"


def test_an_innovative_firm_with_70_points_fails_on_its_growth_block(judge, firm, right, three_years):
    tables = firm(
        enterprise_year=three_years(
            industry=("3453",) * 3, revenue=(10000,) * 3, main_revenue=(7000, 7000 / 0.99, 7000), rd=(300, 300, 300),
            assets=(10000,) * 3, liabilities=(5500,) * 3, staff=(200,) * 3, rd_staff=(30,) * 3,
        ),
        ip_right=[right(1)], sme_profile__rd_body="none",
    )  # fmt: skip
    found = judge("sme.innovative", "2022", tables)
    points = ("ip", "rd_share", "growth", "debt_ratio", "field", "main_share")
    assert [found[f"{name}_points"] for name in points] == [15, 15, 0, 10, 10, 20]
    assert (found["total"], found["innovation"], found["growing"], found["speciality"]) == (70, 30, 10, 30)
    assert (found["score"], found["growing_least"], found["qualified"]) == ("met", "unmet", "unmet")


def test_a_bypass_lets_the_same_innovative_firm_pass(judge, firm, right, three_years):
    tables = firm(
        enterprise_year=three_years(
            industry=("3453",) * 3, revenue=(10000,) * 3, main_revenue=(7000, 7000 / 0.99, 7000), rd=(300, 300, 300),
            assets=(10000,) * 3, liabilities=(5500,) * 3, staff=(200,) * 3, rd_staff=(30,) * 3,
        ),
        ip_right=[right(1)], sme_profile__rd_body="none", sme_profile__new_equity_3y=500,
    )  # fmt: skip
    found = judge("sme.innovative", "2022", tables)
    assert (found["by_score"], found["equity"], found["qualified"]) == ("unmet", "met", "met")


SIZES = [
    # NBS answer of 2024-05-24: industry needs staff and revenue both, else one class down, repeatedly
    ("3453", {"staff": 1000, "revenue": 40000}, "大型"),
    ("3453", {"staff": 999, "revenue": 40000}, "中型"),
    ("3453", {"staff": 1000, "revenue": 39999.99}, "中型"),
    ("3453", {"staff": 300, "revenue": 2000}, "中型"),
    ("3453", {"staff": 5000, "revenue": 1999.99}, "小型"),
    ("3453", {"staff": 20, "revenue": 300}, "小型"),
    ("3453", {"staff": 5000, "revenue": 299}, "微型"),
    ("3453", {"staff": 19, "revenue": 1e6}, "微型"),
    # a software firm with 103 staff and 157,352,800 yuan is medium
    ("6513", {"staff": 103, "revenue": 15735.28}, "中型"),
    ("0111", {"revenue": 20000}, "大型"),
    ("0111", {"revenue": 499}, "小型"),
    ("4710", {"revenue": 80000, "assets": 79999}, "中型"),
    ("5111", {"staff": 200, "revenue": 40000}, "大型"),
    ("5111", {"staff": 5, "revenue": 1000}, "小型"),
    ("5211", {"staff": 300, "revenue": 20000}, "大型"),
    ("5411", {"staff": 1000, "revenue": 29999}, "中型"),
    ("5910", {"staff": 300, "revenue": 3000}, "中型"),
    ("5920", {"staff": 100, "revenue": 1000}, "中型"),
    ("6010", {"staff": 300, "revenue": 2000}, "中型"),
    ("6210", {"staff": 100, "revenue": 2000}, "中型"),
    ("6311", {"staff": 1999, "revenue": 100000}, "中型"),
    ("7010", {"revenue": 200000, "assets": 9999}, "中型"),
    ("7020", {"staff": 300, "revenue": 1000}, "中型"),
    ("7211", {"staff": 300, "assets": 120000}, "大型"),
    ("7320", {"staff": 300}, "大型"),
    ("7320", {"staff": 9}, "微型"),
]  # fmt: skip


def test_all_lower_bounds_of_a_size_class_must_hold(judge_all, firm):
    firms = []
    for industry, figures, _ in SIZES:
        changes = {f"enterprise_year__{name}": figures.get(name) for name in ("staff", "revenue", "assets")}
        firms.append(firm(enterprise_year__industry=industry, **changes))
    found = judge_all("size-class", None, firms)
    assert [(case, one["grade"]) for case, one in zip(SIZES, found, strict=True) if one["grade"] != case[2]] == []


def test_a_missing_figure_leaves_the_size_class_open_where_it_decides(judge, firm):
    found = judge("size-class", None, firm(enterprise_year__staff=None, enterprise_year__revenue=40000))
    assert (found["grade"], found["grade_reason"]) == (None, "could_be:大型")
    found = judge("size-class", None, firm(enterprise_year__staff=None, enterprise_year__revenue=299))
    assert found["grade"] == "微型"


def test_above_scale_begins_at_20_million_of_main_revenue(judge_all, firm):
    firms = [firm(enterprise_year__main_revenue=revenue) for revenue in (2000, 1999.99)]
    assert [one["grade"] for one in judge_all("above-scale", None, firms)] == ["规上", "规下"]
