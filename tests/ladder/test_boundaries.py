"""A firm on every boundary of every rule, and one just below it. “以上”“以下” include the number itself."""

from __future__ import annotations

from itertools import groupby

# revenue 10,000, assets 10,000, staff 200 in all three years, so that shares are read off the figures
FLAT = {
    "industry": ("3453",) * 3, "revenue": (10000,) * 3, "main_revenue": (8000, 8000, 8000), "rd": (500,) * 3,
    "assets": (10000,) * 3, "liabilities": (5000,) * 3, "staff": (200,) * 3, "rd_staff": (40,) * 3,
}  # fmt: skip


def rows_of(firm, three_years, yearly=None, **changes):
    return firm(enterprise_year=three_years(**(FLAT | (yearly or {}))), **changes)


INNOVATIVE = [
        ({"rd": (500, 500, 500)}, "rd_share", 20), ({"rd": (499.99, 500, 500)}, "rd_share", 15),
        ({"rd": (300, 0, 0)}, "rd_share", 15), ({"rd": (299.99, 0, 0)}, "rd_share", 10),
        ({"rd": (200, 0, 0)}, "rd_share", 10), ({"rd": (199.99, 0, 0)}, "rd_share", 5),
        ({"rd": (100, 0, 0)}, "rd_share", 5), ({"rd": (99.99, 0, 0)}, "rd_share", 0), ({"rd": (0, 0, 0)}, "rd_share", 0),
        ({"main_revenue": (9200, 8000, 1)}, "growth", 20), ({"main_revenue": (9199.99, 8000, 1)}, "growth", 15),
        ({"main_revenue": (8800, 8000, 1)}, "growth", 15), ({"main_revenue": (8799.99, 8000, 1)}, "growth", 10),
        ({"main_revenue": (8400, 8000, 1)}, "growth", 10), ({"main_revenue": (8399.99, 8000, 1)}, "growth", 5),
        ({"main_revenue": (8000, 8000, 1)}, "growth", 5), ({"main_revenue": (7999.99, 8000, 1)}, "growth", 0),
        ({"main_revenue": (8000, 0, 1)}, "growth", None), ({"main_revenue": (8000, None, 1)}, "growth", None),
        ({"liabilities": (5500, 0, 0)}, "debt_ratio", 10), ({"liabilities": (5500.01, 0, 0)}, "debt_ratio", 5),
        ({"liabilities": (7500, 0, 0)}, "debt_ratio", 5), ({"liabilities": (7500.01, 0, 0)}, "debt_ratio", 0),
        ({"main_revenue": (7000, 1, 1)}, "main_share", 20), ({"main_revenue": (6999.99, 1, 1)}, "main_share", 15),
        ({"main_revenue": (6000, 1, 1)}, "main_share", 15), ({"main_revenue": (5999.99, 1, 1)}, "main_share", 10),
        ({"main_revenue": (5500, 1, 1)}, "main_share", 10), ({"main_revenue": (5499.99, 1, 1)}, "main_share", 5),
        ({"main_revenue": (5000, 1, 1)}, "main_share", 5), ({"main_revenue": (4999.99, 1, 1)}, "main_share", 0),
]  # fmt: skip

SPECIALISED = [
        ({}, {}, "main_share", 5), ({"main_revenue": (7999.99, 1, 1)}, {}, "main_share", 3),
        ({"main_revenue": (7000, 1, 1)}, {}, "main_share", 3), ({"main_revenue": (6999.99, 1, 1)}, {}, "main_share", 1),
        ({"main_revenue": (6000, 1, 1)}, {}, "main_share", 1), ({"main_revenue": (5999.99, 1, 1)}, {}, "main_share", 0),
        # 12 % and 8 % a year: mean 10 %
        ({"main_revenue": (6048, 5400, 5000)}, {}, "growth_mean", 10), ({"main_revenue": (6047.9, 5400, 5000)}, {}, "growth_mean", 8),
        ({"main_revenue": (5832, 5400, 5000)}, {}, "growth_mean", 8), ({"main_revenue": (5831.9, 5400, 5000)}, {}, "growth_mean", 6),
        ({"main_revenue": (5618, 5300, 5000)}, {}, "growth_mean", 6), ({"main_revenue": (5617.9, 5300, 5000)}, {}, "growth_mean", 4),
        ({"main_revenue": (5408, 5200, 5000)}, {}, "growth_mean", 4), ({"main_revenue": (5407.9, 5200, 5000)}, {}, "growth_mean", 2),
        ({"main_revenue": (5000, 5000, 5000)}, {}, "growth_mean", 2), ({"main_revenue": (4999.9, 5000, 5000)}, {}, "growth_mean", 0),
        ({}, {"niche_years": 1.9}, "niche", 0), ({}, {"niche_years": 2}, "niche", 1), ({}, {"niche_years": 3.9}, "niche", 1),
        ({}, {"niche_years": 9.9}, "niche", 4), ({}, {"niche_years": 10}, "niche", 5), ({}, {"niche_years": 30}, "niche", 5),
        ({}, {"digital_level": 3}, "digital", 5), ({}, {"digital_level": 2}, "digital", 3), ({}, {"digital_level": 1}, "digital", 0),
        ({}, {"net_profit": 1000}, "net_margin", 10), ({}, {"net_profit": 999.9}, "net_margin", 8),
        ({}, {"net_profit": 800}, "net_margin", 8), ({}, {"net_profit": 600}, "net_margin", 6), ({}, {"net_profit": 400}, "net_margin", 4),
        ({}, {"net_profit": 200}, "net_margin", 2), ({}, {"net_profit": 199.9}, "net_margin", 0), ({}, {"net_profit": -50}, "net_margin", 0),
        ({"liabilities": (5000, 1, 1)}, {}, "debt_ratio", 5), ({"liabilities": (5000.1, 1, 1)}, {}, "debt_ratio", 3),
        ({"liabilities": (6000, 1, 1)}, {}, "debt_ratio", 3), ({"liabilities": (7000, 1, 1)}, {}, "debt_ratio", 1),
        ({"liabilities": (7000.1, 1, 1)}, {}, "debt_ratio", 0),
        ({"rd": (500, 1, 1), "revenue": (50000, 1, 1)}, {}, "research", 10), ({"rd": (499.9, 1, 1), "revenue": (50000, 1, 1)}, {}, "research", 8),
        ({"rd": (100, 1, 1), "revenue": (1000, 1, 1)}, {}, "research", 10), ({"rd": (80, 1, 1), "revenue": (1000, 1, 1)}, {}, "research", 8),
        ({"rd": (60, 1, 1), "revenue": (1000, 1, 1)}, {}, "research", 6), ({"rd": (40, 1, 1), "revenue": (1000, 1, 1)}, {}, "research", 4),
        ({"rd": (30, 1, 1), "revenue": (1000, 1, 1)}, {}, "research", 2), ({"rd": (29.99, 1, 1), "revenue": (1000, 1, 1)}, {}, "research", 0),
        ({"rd": (300, 1, 1), "revenue": (50000, 1, 1)}, {}, "research", 6), ({"rd": (200, 1, 1), "revenue": (50000, 1, 1)}, {}, "research", 4),
        ({"rd_staff": (40, 1, 1)}, {}, "rd_staff_share", 5), ({"rd_staff": (39, 1, 1)}, {}, "rd_staff_share", 3),
        ({"rd_staff": (20, 1, 1)}, {}, "rd_staff_share", 3), ({"rd_staff": (10, 1, 1)}, {}, "rd_staff_share", 1), ({"rd_staff": (9, 1, 1)}, {}, "rd_staff_share", 0),
        ({}, {"rd_body": "state"}, "rd_body", 10), ({}, {"rd_body": "city"}, "rd_body", 4), ({}, {"rd_body": "below"}, "rd_body", 2),
        ({}, {"rd_body": "none"}, "rd_body", 0), ({}, {"rd_body": None}, "rd_body", None),
        ({}, {"fills_gap": False}, "field", 3), ({}, {"fills_gap": False, "six_bases": False, "supplies_leader": False}, "field", 0),
        ({}, {"fills_gap": None}, "field", None),
        ({}, {"quality_award": False, "management_certified": False, "own_brand": False}, "quality_items", 3),
        ({}, {"quality_award": False, "management_certified": False}, "quality_items", 5),
]  # fmt: skip

TECHNOLOGY = [
        ({"sci_tech_staff": 60}, "sci_tech_share", 20), ({"sci_tech_staff": 59}, "sci_tech_share", 16), ({"sci_tech_staff": 50}, "sci_tech_share", 16),
        ({"sci_tech_staff": 40}, "sci_tech_share", 12), ({"sci_tech_staff": 30}, "sci_tech_share", 8), ({"sci_tech_staff": 20}, "sci_tech_share", 4),
        ({"sci_tech_staff": 19}, "sci_tech_share", 0),
        ({"rd_choice": "cost", "total_cost": 1666.66}, "research", 50), ({"rd_choice": "cost", "total_cost": 2000}, "research", 40),
        ({"rd_choice": "cost", "total_cost": 2500}, "research", 30), ({"rd_choice": "cost", "total_cost": 5000}, "research", 10),
        ({"rd_choice": "cost", "total_cost": 5001}, "research", 0),
        ({"rd_choice": "sales"}, "research", 40), ({"rd_choice": None}, "research", None),
]  # fmt: skip

SALES = [(600, 50), (599.9, 40), (500, 40), (400, 30), (300, 20), (200, 10), (199.9, 0)]

CRITERIA = [
    ("sme.tech", None, {"staff": (500, 1, 1)}, {}, "staff_limit", True), ("sme.tech", None, {"staff": (501, 1, 1)}, {}, "staff_limit", False),
    ("sme.tech", None, {"revenue": (20000, 1, 1)}, {}, "sales_limit", True), ("sme.tech", None, {"revenue": (20000.01, 1, 1)}, {}, "sales_limit", False),
    ("sme.tech", None, {"assets": (20000, 1, 1)}, {}, "assets_limit", True), ("sme.tech", None, {"assets": (20000.01, 1, 1)}, {}, "assets_limit", False),
    ("sme.tech", None, {}, {"sci_tech_staff": 19}, "staff_not_zero", False), ("sme.tech", None, {}, {"sci_tech_staff": 20}, "staff_not_zero", True),
    ("sme.innovative", "2022", {}, {"new_equity_3y": 500}, "equity", True), ("sme.innovative", "2022", {}, {"new_equity_3y": 499.99}, "equity", False),
    ("sme.specialised", "2022", {}, {"niche_years": 2}, "niche_least", True), ("sme.specialised", "2022", {}, {"niche_years": 1.9}, "niche_least", False),
    ("sme.specialised", "2022", {"rd": (100, 1, 1), "revenue": (1000, 1, 1)}, {}, "rd_least", True), ("sme.specialised", "2022", {"rd": (99.99, 1, 1)}, {}, "rd_least", False),
    ("sme.specialised", "2022", {"rd": (300, 1, 1)}, {}, "rd_share_least", True), ("sme.specialised", "2022", {"rd": (299.99, 1, 1)}, {}, "rd_share_least", False),
    ("sme.specialised", "2022", {"revenue": (1000, 1, 1)}, {}, "revenue_least", True), ("sme.specialised", "2022", {"revenue": (999.99, 1, 1)}, {}, "revenue_least", False),
    ("sme.specialised", "2022", {"revenue": (999.99, 1, 1)}, {"new_equity_2y": 2000}, "revenue_least", True),
    ("sme.specialised", "2022", {"rd": (1000, 1000, 1)}, {}, "rd_mean_least", True), ("sme.specialised", "2022", {"rd": (1000, 999.98, 1)}, {}, "rd_mean_least", False),
    ("sme.specialised", "2022", {}, {"new_equity_2y": 6000}, "equity", True), ("sme.specialised", "2022", {}, {"new_equity_2y": 5999.99}, "equity", False),
    ("sme.specialised", "2026", {}, {"niche_years": 3}, "niche", True), ("sme.specialised", "2026", {}, {"niche_years": 2.9}, "niche", False),
    ("sme.specialised", "2026", {"revenue": (1500, 1, 1)}, {}, "revenue_least", True), ("sme.specialised", "2026", {"revenue": (1499.99, 1, 1)}, {}, "revenue_least", False),
    ("sme.specialised", "2026", {"main_revenue": (8000, 1, 1)}, {}, "main", True), ("sme.specialised", "2026", {"main_revenue": (7999.99, 1, 1)}, {}, "main", False),
    ("sme.specialised", "2026", {"liabilities": (8000, 1, 1)}, {}, "debt", True), ("sme.specialised", "2026", {"liabilities": (8000.01, 1, 1)}, {}, "debt", False),
    ("sme.specialised", "2026", {"rd": (300, 100, 1), "revenue": (10000, 3333, 1)}, {}, "rd_each", True), ("sme.specialised", "2026", {"rd": (300, 99.99, 1)}, {}, "rd_each", False),
    ("sme.specialised", "2026", {"rd": (300, 300, 1)}, {}, "rd_share_each", True), ("sme.specialised", "2026", {"rd": (300, 299.99, 1)}, {}, "rd_share_each", False),
    ("sme.little-giant", "2022", {}, {"niche_years": 3, "fills_gap": False}, "niche", True), ("sme.little-giant", "2022", {}, {"niche_years": 2, "fills_gap": True}, "niche", True),
    ("sme.little-giant", "2022", {}, {"niche_years": 2, "fills_gap": False}, "niche", False),
    ("sme.little-giant", "2022", {"main_revenue": (7000, 1, 1)}, {}, "main", True), ("sme.little-giant", "2022", {"main_revenue": (6999.99, 1, 1)}, {}, "main", False),
    ("sme.little-giant", "2022", {"main_revenue": (5500, 5000, 5000)}, {}, "growth", True), ("sme.little-giant", "2022", {"main_revenue": (5499.9, 5000, 5000)}, {}, "growth", False),
    ("sme.little-giant", "2022", {"liabilities": (7000, 1, 1)}, {}, "debt", True), ("sme.little-giant", "2022", {"liabilities": (7000.01, 1, 1)}, {}, "debt", False),
    ("sme.little-giant", "2022", {}, {"it_processes": 1}, "systems", True), ("sme.little-giant", "2022", {}, {"it_processes": 0}, "systems", False),
    ("sme.little-giant", "2022", {}, {"national_share": 10}, "share", True), ("sme.little-giant", "2022", {}, {"national_share": 9.99}, "share", False),
    ("sme.little-giant", "2022", {"rd": (300, 300, 1)}, {}, "rd_large", True), ("sme.little-giant", "2022", {"rd": (300, 299.99, 1)}, {}, "rd_large", False),
    ("sme.little-giant", "2022", {"revenue": (9999, 9999, 1), "rd": (599.94, 599.94, 1)}, {}, "rd_middle", True), ("sme.little-giant", "2022", {"revenue": (9999, 9999, 1), "rd": (599.93, 599.94, 1)}, {}, "rd_middle", False),
    ("sme.little-giant", "2022", {"revenue": (5000, 5000, 1), "rd": (300, 300, 1)}, {}, "rd_middle", True),
    ("sme.little-giant", "2022", {"revenue": (4999, 1, 1), "rd": (3000, 1, 1), "rd_staff": (100, 1, 1)}, {"new_equity_2y": 8000}, "rd_small", True),
    ("sme.little-giant", "2022", {"revenue": (4999, 1, 1), "rd": (3000, 1, 1), "rd_staff": (99, 1, 1)}, {"new_equity_2y": 8000}, "rd_small", False),
    ("sme.little-giant", "2026", {}, {"niche_years": 3}, "niche", True), ("sme.little-giant", "2026", {}, {"niche_years": 2.9}, "niche", False),
    ("sme.little-giant", "2026", {"revenue": (5000, 1, 1)}, {}, "revenue_least", True), ("sme.little-giant", "2026", {"revenue": (4999.99, 1, 1)}, {}, "revenue_least", False),
    ("sme.little-giant", "2026", {"main_revenue": (9000, 1, 1)}, {}, "main", True), ("sme.little-giant", "2026", {"main_revenue": (8999.99, 1, 1)}, {}, "main", False),
    ("sme.little-giant", "2026", {"revenue": (11025, 1, 10000)}, {}, "growth", True), ("sme.little-giant", "2026", {"revenue": (11024.99, 1, 10000)}, {}, "growth", False),
    ("sme.little-giant", "2026", {"liabilities": (7500, 1, 1)}, {}, "debt", True), ("sme.little-giant", "2026", {"liabilities": (7500.01, 1, 1)}, {}, "debt", False),
    ("sme.little-giant", "2026", {"rd": (700, 500, 1)}, {}, "rd_two_years", True), ("sme.little-giant", "2026", {"rd": (700, 499.99, 1)}, {}, "rd_two_years", False),
    ("sme.little-giant", "2026", {}, {"national_share": 10, "global_share": 1, "national_rank": 9, "global_rank": 9}, "market_stated", True),
    ("sme.little-giant", "2026", {}, {"national_share": 9.9, "global_share": 1, "national_rank": 3, "global_rank": 9}, "market_stated", True),
    ("sme.little-giant", "2026", {}, {"national_share": 9.9, "global_share": 1, "national_rank": 4, "global_rank": 4}, "market_stated", False),
    ("sme.champion", "2023", {"main_revenue": (40000, 40000, 40000)}, {"niche_years": 10}, "income", True),
    ("sme.champion", "2023", {}, {"niche_years": 10}, "years", True), ("sme.champion", "2023", {}, {"niche_years": 9.9}, "years", False),
    ("sme.champion", "2023", {}, {"niche_years": 5, "new_product": True}, "years", True), ("sme.champion", "2023", {}, {"niche_years": 4.9, "new_product": True}, "years", False),
    ("sme.champion", "2023", {}, {"global_rank": 3}, "rank_stated", True), ("sme.champion", "2023", {}, {"global_rank": 4}, "rank_stated", False),
    ("sme.champion", "before-2023", {}, {"niche_years": 3, "new_product": True}, "years", True), ("sme.champion", "before-2023", {}, {"niche_years": 2.9, "new_product": True}, "years", False),
    ("sme.champion", "before-2023", {"main_revenue": (7000, 1, 1)}, {}, "main", True), ("sme.champion", "before-2023", {"main_revenue": (6999, 1, 1)}, {}, "main", False),
    ("sme.champion", "before-2023", {"revenue": (40000, 1, 1)}, {}, "income", True), ("sme.champion", "before-2023", {"revenue": (39999, 1, 1)}, {}, "income", False),
    ("sme.champion-zhejiang", None, {}, {"niche_years": 6}, "years", True), ("sme.champion-zhejiang", None, {}, {"niche_years": 5}, "years", False),
    ("sme.champion-zhejiang", None, {}, {"niche_years": 5, "mountain_island": True}, "years", True), ("sme.champion-zhejiang", None, {}, {"niche_years": 2, "new_product": True, "mountain_island": True}, "years", True),
    ("sme.champion-zhejiang", None, {}, {"niche_years": 2, "new_product": True}, "years", False),
    ("sme.champion-zhejiang", None, {}, {"global_rank": 5, "national_rank": 9}, "rank_stated", True), ("sme.champion-zhejiang", None, {}, {"global_rank": 6, "national_rank": 4}, "rank_stated", False),
    ("sme.champion-zhejiang", None, {"main_revenue": (1, 1, 40000)}, {}, "income", True), ("sme.champion-zhejiang", None, {"main_revenue": (1, 1, 39999)}, {}, "income", False),
    ("sme.champion-zhejiang", None, {"rd": (300, 1, 1)}, {}, "research", True), ("sme.champion-zhejiang", None, {"rd": (299.9, 1, 1)}, {}, "research", False),
    ("high-tech", None, {"revenue": (5000, 5000, 5000), "rd": (250, 250, 250)}, {}, "rd_small", True), ("high-tech", None, {"revenue": (5000, 5000, 5000), "rd": (250, 250, 249.99)}, {}, "rd_small", False),
    ("high-tech", None, {"revenue": (20000, 20000, 20000), "rd": (800, 800, 800)}, {}, "rd_middle", True), ("high-tech", None, {"revenue": (20000, 20000, 20000), "rd": (800, 800, 799.9)}, {}, "rd_middle", False),
    ("high-tech", None, {"revenue": (20001, 20001, 20001), "rd": (600.03, 600.03, 600.03)}, {}, "rd_large", True), ("high-tech", None, {"revenue": (20001, 20001, 20001), "rd": (600.03, 600.03, 600)}, {}, "rd_large", False),
    ("high-tech", None, {}, {"sci_tech_staff": 20}, "staff_share", True), ("high-tech", None, {}, {"sci_tech_staff": 19}, "staff_share", False),
    ("high-tech", None, {}, {"hi_tech_income": 6000}, "income", True), ("high-tech", None, {}, {"hi_tech_income": 5999.99}, "income", False),
    ("high-tech", None, {}, {"rd_domestic_share": 60}, "rd_domestic", True), ("high-tech", None, {}, {"rd_domestic_share": 59.99}, "rd_domestic", False),
    ("key-little-giant", None, {}, {"plan_investment": 2000}, "plan", True), ("key-little-giant", None, {}, {"plan_investment": 1999.99}, "plan", False),
    ("sme.seed-pool", None, {"revenue": (300, 1, 1)}, {}, "revenue", True), ("sme.seed-pool", None, {"revenue": (299.99, 1, 1)}, {}, "revenue", False),
    ("sme.seedling-pool", None, {"rd": (200, 1, 1)}, {}, "research", True), ("sme.seedling-pool", None, {"rd": (199.99, 1, 1)}, {}, "research", False),
    ("sme.seedling-pool", None, {"revenue": (10500, 10000, 1)}, {}, "growing", True), ("sme.seedling-pool", None, {"revenue": (10499, 10000, 1)}, {}, "growing", False),
]  # fmt: skip


def profile(changes):
    return {f"sme_profile__{name}": value for name, value in changes.items()}


def wrong(judge_all, method, edition, firms, asked):
    """What came out otherwise than asked: (number, name, expected, found)."""
    engines = ("polars", "duckdb") if method == "sme.innovative" else ("polars",)
    found = judge_all(method, edition, firms, engines)
    return [(at, name, want, found[at][name]) for at, (name, want) in enumerate(asked) if found[at][name] != want]


def test_a_boundary_of_the_innovative_rule_takes_the_higher_points(judge_all, firm, three_years):
    firms = [rows_of(firm, three_years, yearly) for yearly, _, _ in INNOVATIVE]
    asked = [(f"{item}_points", points) for _, item, points in INNOVATIVE]
    assert wrong(judge_all, "sme.innovative", "2022", firms, asked) == []


def test_a_boundary_of_the_specialised_rule_takes_the_higher_points(judge_all, firm, three_years):
    firms = [rows_of(firm, three_years, yearly, **profile(changes)) for yearly, changes, _, _ in SPECIALISED]
    asked = [(f"{item}_points", points) for _, _, item, points in SPECIALISED]
    assert wrong(judge_all, "sme.specialised", "2022", firms, asked) == []


def test_the_technology_rule_scores_the_declared_research_item_only(judge_all, firm, three_years):
    firms = [rows_of(firm, three_years, **profile(changes)) for changes, _, _ in TECHNOLOGY]
    firms += [rows_of(firm, three_years, {"rd": (rd, 1, 1)}) for rd, _ in SALES]
    asked = [(f"{item}_points", points) for _, item, points in TECHNOLOGY] + [
        ("research_points", one) for _, one in SALES
    ]
    assert wrong(judge_all, "sme.tech", None, firms, asked) == []


def test_a_threshold_is_met_by_the_number_itself(judge_all, firm, three_years):
    for (method, edition), group in groupby(CRITERIA, key=lambda case: case[:2]):
        cases = list(group)
        firms = [rows_of(firm, three_years, yearly, **profile(changes)) for _, _, yearly, changes, _, _ in cases]
        asked = [(name, "met" if met else "unmet") for *_, name, met in cases]
        assert (method, wrong(judge_all, method, edition, firms, asked)) == (method, [])


def test_a_specialised_firm_needs_half_the_income_of_a_champion(judge_all, firm, three_years):
    firms = [
        rows_of(firm, three_years, {"main_revenue": (20000, 20000, last)}, title_held=held)
        for last, held in ((20000, firm()["title_held"]), (19999.97, firm()["title_held"]), (20000, []))
    ]
    assert [one["income"] for one in judge_all("sme.champion", "2023", firms)] == ["met", "unmet", "unmet"]


def test_the_high_tech_score_must_exceed_70_and_growth_takes_the_low_end_of_its_band(
    judge, judge_all, firm, three_years
):
    # 30 + 30 + 9.99 with no growth at all (0 points each): 69.99 and 70 fail, 70.01 passes
    def points(management):
        scores = [("高企知识产权", 30), ("高企成果转化", 30), ("高企组织管理", management)]
        rows = [{"enterprise": "", "scheme": name, "year": 2025, "score": score} for name, score in scores]
        return rows_of(firm, three_years, certified_score=rows)

    found = judge_all("high-tech", None, [points(one) for one in (9.99, 10, 10.01)])
    assert [one["innovation"] for one in found] == ["unmet", "unmet", "met"]
    grown = {"revenue": (18225, 13500, 10000), "assets": (18225, 13500, 10000), "liabilities": (0, 0, 0)}
    found = judge("high-tech", None, rows_of(firm, three_years, grown))
    assert (found["sales_growth"], found["sales_growth_points"], found["net_assets_growth_points"]) == (35, 9, 9)


def test_the_platform_scores_of_50_and_60_are_certified_elsewhere(judge_all, firm, three_years):
    def with_scores(*scores, review=False):
        rows = [
            {"enterprise": "", "scheme": "专精特新发展评价", "year": 2025 - back, "score": score}
            for back, score in enumerate(scores)
            if score is not None
        ]
        case = (
            [{"enterprise": "", "rung": "little_giant", "case_type": "review", "cohort": "6", "year": 2025}]
            if review
            else []
        )
        return rows_of(firm, three_years, certified_score=rows, sme_application=case)

    found = judge_all("sme.specialised", "2026", [with_scores(one) for one in (50, 49.99, None)])
    assert [one["score"] for one in found] == ["met", "unmet", "unknown"]
    reviewed = [with_scores(55, 60, review=True), with_scores(55, None, review=True)]
    found = judge_all("sme.little-giant", "2026", [*(with_scores(one) for one in (60, 59.99, None)), *reviewed])
    assert [one["score"] for one in found] == ["met", "unmet", "unknown", "not_applicable", "not_applicable"]
    assert [one["score_review"] for one in found[3:]] == ["met", "unknown"]
    assert [one["growth"] for one in found[2:4]] == ["unmet", "not_applicable"]


def test_the_three_points_blocks_decide_without_the_provincial_15_where_they_can(judge, firm, three_years):
    none = {"certified_score": []}
    strong = judge("sme.specialised", "2022", rows_of(firm, three_years, **none))
    assert (strong["total"], strong["score"]) == (None, "met") and strong["without_features"] >= 60
    weak = {
        "sme_profile__digital_level": 1,
        "sme_profile__net_profit": 0,
        "sme_profile__rd_body": "none",
        "ip_right": [],
    }
    failed = judge(
        "sme.specialised",
        "2022",
        rows_of(firm, three_years, {"rd": (300, 1, 1), "rd_staff": (0, 0, 0)}, **none, **weak),
    )
    assert failed["without_features"] < 45 and failed["score"] == "unmet"
    between = judge(
        "sme.specialised",
        "2022",
        rows_of(firm, three_years, **none, sme_profile__digital_level=1, sme_profile__net_profit=0, ip_right=[]),
    )
    assert 45 <= between["without_features"] < 60 and between["score"] == "unknown"


def test_nothing_known_gives_unknown_and_never_unmet(judge):
    bare = {"enterprise_year": [{"enterprise": "", "year": 2025, "industry": "3453"}]}
    for method, edition in (
        ("sme.innovative", "2022"),
        ("sme.specialised", "2026"),
        ("sme.little-giant", "2022"),
        ("sme.little-giant", "2026"),
        ("sme.champion", "2023"),
        ("high-tech", None),
    ):
        found = judge(method, edition, bare)
        verdicts = {value for value in found.values() if value in ("met", "unmet")}
        assert not verdicts and found["qualified"] == "unknown" and found["grade"] is None
