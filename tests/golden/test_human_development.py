"""Four indices of the Human Development Report 2021/22, from its inputs to every digit it publishes.

The complete time series of its composite indices (UNDP, HDR21-22) print the inputs with up to ten digits: human
development (HDI, three digits), the same by sex (nine digits) and their ratio (GDI), adjusted for inequality (IHDI) with
the coefficient of inequality and the loss, and gender inequality (GII). Formulas: technical notes 1 to 4 of the report.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests.golden.published import evaluated

from jiqun.values import exact as decimal

INPUTS = ("life", "expected", "mean", "income")
# country and year, the index, life expectancy, expected and mean years of schooling, income a head
ALL = """
CMR1990 0.452 54.8679 8.152429581 3.029385616 3262.451152
CMR1995 0.435 53.2218 7.576219797 3.623040434 2509.839046
CMR2000 0.442 52.9317 7.280370235 4.225425471 2703.217548
CMR2005 0.475 54.3619 8.420700073 4.775429199 3069.366733
CMR2010 0.513 56.582 10.23908997 5.203209877 3193.326015
CMR2015 0.560 59.658 12.15102959 5.927817964 3522.297048
CMR2019 0.583 61.5839 13.10859922 6.151311543 3661.937532
CMR2020 0.578 60.8328 13.10859922 6.151311543 3586.252712
CMR2021 0.576 60.3334 13.10859922 6.15131 3620.932408
AFG1990 0.273 45.9672 2.504050016 0.97112539 2684.550019
AFG2000 0.335 55.2978 5.529050112 1.407805934 984.9974338
AFG2010 0.448 60.8508 9.002689838 2.105191281 1938.315627
AFG2021 0.478 61.9824 10.26384398 2.98506999 1824.190915
"""
WOMEN = """
CMR1990 0.413439601 56.1697 7.664647167 1.878901139 2651.955083
CMR2010 0.472039837 57.9714 9.394974709 3.89835 2615.386517
CMR2021 0.540217006 62.0182 12.42278161 4.81709 2981.385929
CIV1990 0.354599299 54.9135 4.105814745 3.045420448 1557.882846
CIV2021 0.515563727 59.9409 10.01710033 4.6767215 3763.003044
"""
MEN = """
CMR1990 0.491726694 53.5461 8.640211995 4.434227629 3885.650904
CMR2010 0.551742236 55.193 11.0740304 6.611750126 3776.980177
CMR2021 0.610395901 58.6899 13.79085757 7.50058 4263.787131
CIV1990 0.473069477 50.6087 7.018866348 5.321312724 4026.205865
CIV2021 0.581439618 57.4001 11.33197021 5.712839185 6642.844409
"""
RATIOS = {"CMR1990": "0.841", "CMR2010": "0.856", "CMR2021": "0.885", "CIV1990": "0.75", "CIV2021": "0.887"}


def _rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


def _development(least: str, most: str, digits: int):
    """Goalposts for life (20 to 85 for all), 18 and 15 years of schooling, ln of 100 to 75,000 dollars."""
    goals = {"life": (least, most), "expected": ("0", "18"), "mean": ("0", "15")}
    ln = {"income": ("4.605170185988", "11.225243392518")}  # ln 100 and ln 75000, rounded to twelve decimals
    benchmarks = {
        f"{name}_{end}": {"value": value, "digits": 12}
        for name, ends in {**goals, **ln}.items()
        for end, value in zip(("least", "most"), ends, strict=True)
    }
    items = {
        name: {"measure": f"{name}_raw", "weight": 1, "digits": 12, "between": {"low": f"{name}_least", "high": f"{name}_most"}}
        for name in goals
    }  # fmt: skip
    items["income"] = {
        **items["life"],
        "measure": "income_ln",
        "between": {"low": "income_least", "high": "income_most"},
    }
    nodes = {
        "schooling": {"take": "arithmetic", "of": ["expected", "mean"], "digits": 12},
        "index": {"take": "geometric", "of": ["life", "schooling", "income"], "digits": digits},
    }
    return {
        "measures": {f"{name}_raw": {"title": name, "formula": name, "digits": 10} for name in INPUTS},
        "prepared": {"income_ln": {"measure": "income_raw", "digits": 12, "steps": [{"natural_logarithm": True}]}},
        "benchmarks": benchmarks,
        "scores": {"all": items},
        "nodes": nodes,
        "totals": {"all": {"of": ["index"], "digits": digits}},
    }


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_human_development_index_is_the_printed_one_over_the_years(engine):
    rows = _rows(ALL)
    found = evaluated(_development("20", "85", 3), INPUTS, [(row[0], *row[2:]) for row in rows], engine)
    assert {row[0]: Fraction(found[row[0]]["total"], 1000) for row in rows} == {row[0]: decimal(row[1]) for row in rows}


@pytest.mark.parametrize(("text", "least", "most"), [(WOMEN, "22.5", "87.5"), (MEN, "17.5", "82.5")])
def test_the_index_of_women_and_of_men_has_all_nine_printed_digits(text, least, most):
    rows = _rows(text)
    found = evaluated(_development(least, most, 9), INPUTS, [(row[0], *row[2:]) for row in rows])
    printed = {row[0]: decimal(row[1]) for row in rows}
    assert {name: Fraction(found[name]["total"], 10**9) for name in printed} == printed


def test_the_gender_development_index_is_the_printed_ratio():
    women, men = ({row[0]: row[1] for row in _rows(text)} for text in (WOMEN, MEN))
    sections = {
        "measures": {"ratio": {"title": "gdi", "formula": "women / men", "digits": 3}},
        "scores": {"all": {"ratio": {"digits": 3, "value": True}}},
        "totals": {"all": {"digits": 3}},
    }
    found = evaluated(sections, ("women", "men"), [(name, women[name], men[name]) for name in RATIOS])
    assert {name: Fraction(found[name]["total"], 1000) for name in RATIOS} == {
        name: decimal(text) for name, text in RATIOS.items()
    }


# --- adjusted for inequality: IHDI, coefficient of human inequality, loss; inequality in life, schooling, income (%)

UNEQUAL = """
CMR2011 0.357 31.21089783 31.47792706 57.1331 10.60760975 5.348131494 3211.002 36.85228348 33.66053 23.11988
CMR2015 0.37 33.96897874 33.92857143 59.658 12.15102959 5.927817964 3522.297048 33.08254623 32.95967 35.86472
CMR2021 0.393 31.72993835 31.77083333 60.3334 13.10859922 6.15131 3620.932408 28.48371506 31.71699 34.98911
"""


def test_inequality_takes_the_printed_share_of_human_development():
    columns = (*INPUTS, "a_life", "a_schooling", "a_income")
    rows = _rows(UNEQUAL)
    sections = _development("20", "85", 12)
    sections["measures"]["unequal"] = {
        "title": "coefficient", "formula": "(a_life + a_schooling + a_income) / 3", "digits": 8
    }  # fmt: skip
    kept = "root((1 - a_life / 100) * (1 - a_schooling / 100) * (1 - a_income / 100), 3)"
    sections["totals"]["all"] |= {"factor": kept, "factor_digits": 12, "digits": 3}
    found = evaluated(sections, columns, [(row[0], *row[4:]) for row in rows])
    plain = {row[0]: decimal(row[1]) for row in _rows(ALL)} | {"CMR2011": decimal("0.521")}
    for row in rows:
        adjusted = Fraction(found[row[0]]["total"], 1000)
        assert adjusted == decimal(row[1])
        assert Fraction(found[row[0]]["measure__unequal"], 10**8) == decimal(row[2])
        assert round(100 * (1 - adjusted / plain[row[0]]), 8) == decimal(row[3])


# --- gender inequality: GII of Côte d'Ivoire

GENDER = ("mortality", "births", "school_f", "school_m", "seats_f", "seats_m", "work_f", "work_m")
UNEQUAL_GENDER = """
CIV1990 0.696 704 164.676 19.93732065 38.51224814 8 92 47.169 81.371
CIV2000 0.678 704 140.972 29.50813031 45.27583051 8 92 47.544 79.278
CIV2010 0.66 701 119.999 22.73248053 33.76313734 8.866995074 91.13300493 46.617 71.715
CIV2021 0.613 617 104.968 23.87971266 32.16237494 15.58073654 84.41926346 45.92 64.893
"""


def test_the_gender_inequality_index_is_the_printed_one():
    """1 − the harmonic mean of women's and men's geometric means ÷ the geometric mean of the arithmetic means."""
    formulas = {
        "health": "root(10 / mortality / births, 2)",
        "power_f": "root(seats_f / 100 * (school_f / 100), 2)",
        "power_m": "root(seats_m / 100 * (school_m / 100), 2)",
        "women": "root(health * power_f * work_f / 100, 3)",
        "men": "root(power_m * work_m / 100, 3)",
        "equal": "2 / (1 / women + 1 / men)",
        "reference": "root((health + 1) / 2 * (power_f + power_m) / 2 * (work_f + work_m) / 200, 3)",
        "index": "1 - equal / reference",
    }
    sections = {
        "measures": {
            name: {"title": name, "formula": text, "digits": 3 if name == "index" else 12}
            for name, text in formulas.items()
        },
        "scores": {"all": {"index": {"digits": 3, "value": True}}},
        "totals": {"all": {"digits": 3}},
    }
    rows = _rows(UNEQUAL_GENDER)
    found = evaluated(sections, GENDER, [(row[0], *row[2:]) for row in rows])
    assert {row[0]: Fraction(found[row[0]]["total"], 1000) for row in rows} == {row[0]: decimal(row[1]) for row in rows}
