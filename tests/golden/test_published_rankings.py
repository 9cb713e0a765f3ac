"""More that others computed and printed: the Index of Economic Freedom, and weights and rankings of papers and books.

The worked tables of Xu (2004), Zavadskas & Podvezko (2016), Tuş & Aytaç Adalı (2019), Papathanasiou & Ploskas (2018) and
Ersoy (2021) stand with their printed results in the tests of the Python packages pyrepo-mcda and
distance-metrics-mcda.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from tests.golden.published import evaluated, measures, read, result, scores

from jiqun.methods.columns.weights import judged
from jiqun.packs.models.method import Ahp
from jiqun.values import exact as decimal

ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])
FREEDOMS = (
    "property", "judicial", "integrity", "tax_burden", "spending", "fiscal_health", "business", "labour", "monetary",
    "trade", "investment", "financial",
)  # fmt: skip
RAW = ("income_rate", "corporate_rate", "taxes", "spent")
TAX = "(3 * 100 - 0.03 * (raised_to(income_rate, 2) + raised_to(corporate_rate, 2) + raised_to(taxes, 2))) / 3"


@cache
def _freedom() -> tuple[list[list[str]], dict[str, dict[str, int | None]]]:
    """The twelve freedoms as printed and their mean; two of them again from the rates they are made of."""
    rows = read("economic-freedom-2019.txt")
    again = {
        "made_tax": {"title": "税负", "formula": f"max({TAX}, 0)", "digits": 1, "shown": True},
        "made_spending": {"title": "支出", "formula": "max(100 - 0.03 * raised_to(spent, 2), 0)", "digits": 1, "shown": True},
    }  # fmt: skip
    sections = {
        "measures": {**measures(FREEDOMS, 1), **again},
        "scores": scores(FREEDOMS, 1),
        "nodes": {"index": {"take": "arithmetic", "of": list(FREEDOMS), "digits": 1}},
        "totals": {"all": {"of": ["index"], "digits": 1}},
    }
    return rows, evaluated(sections, (*FREEDOMS, *RAW), [(row[0], *row[2:]) for row in rows])


def test_the_index_of_economic_freedom_is_the_printed_one_in_every_country():
    rows, found = _freedom()
    assert len(rows) == 99
    for country, printed, *_ in rows:
        ours = found[country]["total"]
        assert ours == (None if printed == "-" else decimal(printed) * 10), country


def test_two_freedoms_follow_from_rates_as_their_formulas_say():
    """100 − 0.03·x², x printed with one decimal: a score is off by what ±0.05 of x is worth, and half its own digit.

    Chad's burden of taxes is printed as 46.1; its rates, as the table has them, give 43.5.
    """
    rows, found = _freedom()
    taxes = {}
    for row in rows:
        country, tax, spending, spent = row[0], row[5], row[6], row[17]
        if spending != "-":
            apart = abs(Fraction(found[country]["measure__made_spending"], 10) - decimal(spending))
            assert apart <= Fraction("0.003") * decimal(spent) + Fraction("0.1"), country
        if "-" not in row[14:17]:
            taxes[country] = abs(Fraction(found[country]["measure__made_tax"], 10) - decimal(tax))
    assert {country for country, apart in taxes.items() if apart > Fraction("0.2")} == {"Chad"}
    assert sum(apart == 0 for apart in taxes.values()) >= 85


def _weights(columns, rows, weighting):
    node = {"take": "arithmetic", "of": list(columns), "weighting": {**weighting, "digits": 8}, "digits": 6}
    sections = {
        "measures": measures(columns, 2),
        "scores": scores(columns, 2),
        "nodes": {"index": node},
        "totals": {"all": {"of": ["index"], "digits": 4}},
    }
    found = result(sections, columns, rows).benchmarks.to_dicts()
    return [float(row["value"]) for row in found if row["benchmark"].startswith("index.")]


def _closeness(columns, rows, weights, lower, digits, engine="polars"):
    node = {"take": "topsis", "of": list(columns), "weights": dict(zip(columns, weights, strict=True)), "lower": lower}
    sections = {
        "measures": measures(columns, 2),
        "scores": scores(columns, 2),
        "nodes": {"closeness": {**node, "digits": digits}},
        "totals": {"all": {"of": ["closeness"], "digits": digits}},
    }
    found = evaluated(sections, columns, rows, engine)
    return [found[row[0]]["total"] for row in rows]


XU = [("a", "30", "30", "38", "29"), ("b", "19", "54", "86", "29"), ("c", "19", "15", "85", "28.9"), ("d", "68", "70", "60", "29")]  # fmt: skip
ZAVADSKAS = [("a", "3.0", "100", "10", "7"), ("b", "2.5", "80", "8", "5"), ("c", "1.8", "50", "20", "11"), ("d", "2.2", "70", "12", "9")]  # fmt: skip
TUS = [
    ("a", "5000", "3", "3", "4", "3", "2"), ("b", "680", "5", "3", "2", "2", "1"), ("c", "2000", "3", "2", "3", "4", "3"),
    ("d", "600", "4", "3", "1", "2", "2"), ("e", "800", "2", "4", "3", "3", "4"),
]  # fmt: skip
SITES = [("a", "8", "7", "2", "1"), ("b", "5", "3", "7", "5"), ("c", "7", "5", "6", "4"), ("d", "9", "9", "7", "3"), ("e", "11", "10", "3", "7"), ("f", "6", "9", "5", "4")]  # fmt: skip
COMPUTERS = [
    ("a", "256", "8", "41", "1.6", "1.77", "7347.16"), ("b", "256", "8", "32", "1.0", "1.8", "6919.99"),
    ("c", "256", "8", "53", "1.6", "1.9", "8400"), ("d", "256", "8", "41", "1.0", "1.75", "6808.9"),
    ("e", "512", "8", "35", "1.6", "1.7", "8479.99"), ("f", "256", "4", "35", "1.6", "1.7", "7499.99"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "printed"), [(XU, [0.4630, 0.3992, 0.1378, 0.0000]), (ZAVADSKAS, [0.1146, 0.1981, 0.4185, 0.2689])]
)
def test_entropy_weights_of_two_papers_are_the_printed_ones(rows, printed):
    weights = _weights(("one", "two", "three", "four"), rows, {"entropy": {"of": "share"}})
    assert [round(one, 4) for one in weights] == printed


def test_critic_weights_of_time_and_attendance_software_are_the_printed_ones():
    weights = _weights(("one", "two", "three", "four", "five", "six"), TUS, {"critic": True})
    assert [round(one, 3) for one in weights] == [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]


@ENGINES
def test_topsis_of_a_text_book_ranks_six_sites_with_the_printed_figures(engine):
    found = _closeness(("one", "two", "three", "four"), SITES, ("0.4", "0.3", "0.1", "0.2"), [], 3, engine)
    assert found == [387, 327, 391, 615, 868, 493]


def test_topsis_of_six_computers_has_the_two_digits_that_hold_in_the_paper():
    """Its weights are printed with three digits, so that of its three only two come back."""
    columns = ("disk", "memory", "battery", "speed", "weight", "price")
    weights = ("0.405", "0.221", "0.134", "0.199", "0.007", "0.034")
    found = _closeness(columns, COMPUTERS, weights, ["weight", "price"], 2)
    assert found == [round(one * 100) for one in (0.308, 0.254, 0.327, 0.263, 0.857, 0.192)]


# Five places to go in May by sights, cost, food, lodging and way (course work of Anhui University, method of roots): the
# weights of the five, then what each matrix of the four places gives the first place, and (λ − n) ÷ (n − 1) as printed
JOURNEY = {
    "criteria": (["1 1/3 1/2 3 2", "3 1 2 5 4", "2 1/2 1 4 3", "1/3 1/5 1/4 1 1/2", "1/2 1/4 1/3 2 1"], [0.1602, 0.4174, 0.2634, 0.0615, 0.0975], 0.0170),
    "sights": (["1 1/3 2 1/2", "3 1 4 2", "1/2 1/4 1 1/3", "2 1/2 3 1"], [0.1603], 0.0103),
    "cost": (["1 5 4 3", "1/5 1 1/3 1/4", "1/4 3 1 1/2", "1/3 4 2 1"], [0.5349], 0.0392),
    "food": (["1 1/2 1/3 2", "2 1 1/2 4", "3 2 1 6", "1/2 1/4 1/6 1"], [0.1519], 0.0035),
}  # fmt: skip


def test_weights_of_judgements_by_the_method_of_roots_are_the_printed_ones():
    for name, (rows, printed, index) in JOURNEY.items():
        found = judged(Ahp.model_validate({"matrix": [row.split() for row in rows], "by": "geometric_mean"}))
        assert [round(float(one), 4) for one in found.weights][: len(printed)] == printed, name
        assert round(float((found.largest - len(rows)) / (len(rows) - 1)), 4) == index, name
        assert name != "criteria" or (round(float(found.largest), 4), round(float(found.ratio), 4)) == (5.0680, 0.0152)


# Three and four parts by the mean of columns made to one (a worked sheet of the method of sums): weights, A·w, (λ − n) ÷ (n − 1)
SHEETS = [
    (["1 1/4 2", "4 1 8", "1/2 1/8 1"], [0.181818, 0.727273, 0.090909], [0.545455, 2.181818, 0.272727], 0),
    (
        ["1 1 5 3", "1 1 3 3", "1/5 1/3 1 1", "1/3 1/3 1 1"],
        [0.411184],
        [1.669737, 1.455263, 0.430263, 0.485088],
        0.010946,
    ),
]
# Choosing where to travel (Jiang Qiyuan, Mathematical Models): what sights, cost, lodging and way give the first place
TRAVEL = [
    (["1 2 5", "1/2 1 2", "1/5 1/2 1"], [0.595, 0.277, 0.129], 3.005),
    (["1 1/3 1/8", "3 1 1/3", "8 3 1"], [0.082, 0.236, 0.682], 3.002),
]


def test_weights_of_judgements_by_the_mean_of_columns_are_the_printed_ones():
    for rows, printed, products, index in SHEETS:
        cells = [[Fraction(one) for one in row.split()] for row in rows]
        found = judged(Ahp.model_validate({"matrix": [row.split() for row in rows], "by": "column_mean"}))
        made = [sum(cell * weight for cell, weight in zip(row, found.weights, strict=True)) for row in cells]
        assert [round(float(one), 6) for one in found.weights][: len(printed)] == printed
        assert [round(float(one), 6) for one in made] == products
        assert abs(float(found.largest - len(rows)) / (len(rows) - 1) - index) <= 1e-6
    for rows, printed, largest in TRAVEL:
        found = judged(Ahp.model_validate({"matrix": [row.split() for row in rows], "by": "column_mean"}))
        assert [round(float(one), 3) for one in found.weights] == printed
        assert abs(float(found.largest) - largest) <= 0.001


def test_grey_relation_of_five_machines_is_that_of_another_implementation():
    """Scores to sixteen digits from the tests of JMcDM (Satman, Yıldırım and Kuruca, JOSS 6(65), 2021)."""
    columns = ("price", "output", "waste", "grip", "stroke", "noise")
    rows = [
        ("a", "105000", "105", "10", "4", "300", "10"), ("b", "120000", "110", "15", "4", "500", "8"),
        ("c", "150000", "120", "12", "3", "550", "12"), ("d", "115000", "105", "20", "4", "600", "9"),
        ("e", "135000", "115", "15", "5", "400", "9"),
    ]  # fmt: skip
    weights = dict(zip(columns, ("0.05", "0.2", "0.1", "0.15", "0.1", "0.4"), strict=True))
    node = {"take": "grey", "of": list(columns), "weights": weights, "lower": ["price", "waste", "noise"], "digits": 12}
    sections = {
        "measures": measures(columns, 2),
        "scores": scores(columns, 2),
        "nodes": {"relation": node},
        "totals": {"all": {"of": ["relation"], "digits": 12}},
    }
    found = [row["total"] for row in evaluated(sections, columns, rows).values()]
    printed = ("0.525", "0.7007142857142857", "0.5464285714285715", "0.5762820512820512", "0.650952380952381")
    assert found == [round(float(one) * 10**12) for one in printed]
