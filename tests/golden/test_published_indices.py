"""Indices that others computed and printed: their inputs go through a method, and their figures have to come back.

United Nations e-government development index 2010; the sustainable connectivity index of Asia and Europe (ASEM) and the
worked tables of COINr's vignettes (Becker et al., JOSS 7(78), 2022); Saaty's choice of a city (2005); TOPSIS and
CRITIC as other implementations have them.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests.golden.published import evaluated, measures, read, result, scores

from jiqun.methods.columns.weights import judged
from jiqun.packs.models.method import Ahp
from jiqun.values import exact as decimal

ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])


def _figure(row, name, digits):
    return None if row[name] is None else Fraction(row[name], 10**digits)


# --- United Nations e-government development index 2010

COMPONENTS = ("service", "capital", "infrastructure")


def _egov(rows, engine):
    node = {
        "take": "arithmetic",
        "of": list(COMPONENTS),
        "weights": {"service": "0.34", "capital": "0.33", "infrastructure": "0.33"},
        "digits": 5,
    }
    sections = {
        "measures": measures(COMPONENTS, 5),
        "scores": scores(COMPONENTS, 5),
        "nodes": {"index": node},
        "totals": {"all": {"of": ["index"], "digits": 5}},
    }
    found = evaluated(sections, COMPONENTS, [(row[0], *row[2:]) for row in rows], engine)
    return {country: _figure(row, "total", 5) for country, row in found.items()}


@ENGINES
def test_the_e_government_index_of_183_countries_is_the_printed_one(engine):
    """The survey prints its components cut off after five digits, so the index may differ by one of its last digit."""
    rows = read("egdi-2010.txt")
    found = _egov(rows, engine)
    printed = {row[0]: decimal(row[1]) for row in rows if "-" not in row}
    assert len(printed) == 183
    assert max(abs(found[country] - value) for country, value in printed.items()) == Fraction(1, 10**5)
    assert sum(found[country] == value for country, value in printed.items()) == 159
    assert found["KOR"] == decimal("0.87854")  # the first of them
    assert found["CHN"] == decimal("0.46998")


def test_a_country_without_its_human_capital_has_no_index_where_the_survey_prints_zero():
    found = _egov(read("egdi-2010.txt"), "polars")
    unknown = {country for country, value in found.items() if value is None}
    assert unknown == {"KIR", "MHL", "FSM", "MCO", "NRU", "PRK", "SOM", "TUV", "SMR"}


# --- COINr's vignettes: “Presenting Results”, “Imputation”, “Normalisation”, “Aggregation”

CONNECTIVITY = ("physical", "economic", "political", "institutional", "people")
SUSTAINABILITY = ("environment", "social", "finance")
# eight pillars, then the two sub-indices and the index as printed
ASEM = """
CHE 63.41 32.87 74.78 85.94 56.93 77.21 87.85 56.88 62.79 73.98 68.38
NLD 64.87 46.62 84.55 71.74 41.92 58.73 86.58 57.78 61.94 67.70 64.82
DNK 50.52 30.43 78.13 75.35 51.04 69.83 86.40 61.29 57.10 72.51 64.80
NOR 58.18 25.70 80.03 89.46 33.80 70.90 87.00 56.59 57.44 71.50 64.47
BEL 71.97 48.22 80.84 75.60 43.32 53.01 86.17 50.09 63.99 63.09 63.54
SWE 51.51 23.87 80.98 74.51 38.50 66.37 87.74 62.27 53.87 72.12 63.00
IND 18.78 6.38 51.90 59.84 6.07 75.34 22.74 54.88 28.60 50.99 39.79
"""


@ENGINES
def test_pillars_sub_indices_and_index_of_the_asem_tree_are_the_printed_ones(engine):
    """The pillars are printed with two digits, so that what is made of them may differ by one of the last digit."""
    pillars = (*CONNECTIVITY, *SUSTAINABILITY)
    rows = [line.split() for line in ASEM.strip().splitlines()]
    nodes = {
        "connectivity": {"take": "arithmetic", "of": list(CONNECTIVITY), "digits": 4},
        "sustainability": {"take": "arithmetic", "of": list(SUSTAINABILITY), "digits": 4},
        "index": {"take": "arithmetic", "of": ["connectivity", "sustainability"], "digits": 4},
    }
    sections = {
        "measures": measures(pillars, 2),
        "scores": scores(pillars, 2),
        "nodes": nodes,
        "totals": {"all": {"of": ["index"], "digits": 2}},
    }
    found = evaluated(sections, pillars, [row[:9] for row in rows], engine)
    for unit, *cells in rows:
        made = [_figure(found[unit], f"node__{name}", 4) for name in nodes]
        for ours, printed in zip(made, cells[8:], strict=True):
            assert abs(ours - decimal(printed)) <= Fraction(1, 100), (unit, printed)
    ranked = sorted(found, key=lambda unit: -found[unit]["node__index"])
    assert ranked == [row[0] for row in rows]


# Patents, cultural services, cultural goods, tourists; the group; then the mean and the median of the group put in
IMPUTED = """
37 23.7  0.13405 -      11.519 a 4.5395 8.5835 23.7   23.7
38 583.5 2.20754 16.182 24.040 a 16.182 16.182 583.5  583.5
39 3.6   0.0578  0.985  6.509  a 0.985  0.985  3.6    3.6
40 249.8 1.798   -      17.242 a 4.5395 8.5835 249.8  249.8
41 -     -       -      3.315  a 4.5395 8.5835 122.35 136.75
42 64.2  1.15292 7.555  26.757 b 7.555  7.555  64.2   64.2
43 0.3   0.00266 0.046  0.404  b 0.046  0.046  0.3    0.3
44 -     0.08905 -      2.907  b 4.5395 1.2345 122.35 26.85
45 46.5  0.34615 1.213  3.370  b 1.213  1.213  46.5   46.5
46 7.2   0.03553 1.256  0.966  b 1.256  1.256  7.2    7.2
"""


@ENGINES
def test_what_is_missing_takes_the_mean_of_all_or_the_median_of_its_group(engine):
    columns = ("patents", "services", "goods", "tourists", "group")
    rows = [line.split() for line in IMPUTED.strip().splitlines()]
    made = {
        f"{name}_{take}": {"measure": f"{name}_raw", "steps": [{"impute": take}], "over": over, "digits": 4}
        for name in ("goods", "patents")
        for take, over in (("mean", ["population"]), ("median", ["group"]))
    }
    sections = {"measures": measures(columns[:4], 5), "prepared": made}
    found = evaluated(sections, columns, [row[:6] for row in rows], engine, texts=("group",))
    names = [f"measure__{name}" for name in made]
    for unit, *cells in rows:
        assert [_figure(found[unit], name, 4) for name in names] == [decimal(one) for one in cells[5:]], unit


# Ten made-up units; min–max on 0 to 100 with as many digits as R prints
NORMALISED = """
a 0.87460066 28.989230 89.275844 25.66438
b 0.17494063 67.838043 14.947235 67.47805
c 0.03424133 73.531960 0         73.60652
d 0.32038573 19.595673 30.398642 15.55392
e 0.40232824 98.053967 39.103831 100
f 0.19566983 74.152153 17.149409 74.27405
g 0.40353812 5.144628  39.232363 0
h 0.06366146 53.021246 3.125456  51.53047
i 0.38870131 69.582388 37.656170 69.35552
j 0.97554784 68.855600 100       68.57327
"""


@ENGINES
def test_min_max_values_of_ten_units_have_the_printed_digits(engine):
    """But for three, one step of the last digit away: R made them from figures with more digits than it prints."""
    rows = [line.split() for line in NORMALISED.strip().splitlines()]
    step = {"normalise": "min_max", "low": "0", "high": "100"}
    made = {
        "first": {"measure": "one_raw", "steps": [step], "digits": 6},
        "second": {"measure": "two_raw", "steps": [step], "digits": 5},
    }
    found = evaluated(
        {"measures": measures(("one", "two"), 8), "prepared": made}, ("one", "two"), [row[:3] for row in rows], engine
    )
    apart = {}
    for unit, _, _, first, second in rows:
        apart[unit, "first"] = (_figure(found[unit], "measure__first", 6) - decimal(first)) * 10**6
        apart[unit, "second"] = (_figure(found[unit], "measure__second", 5) - decimal(second)) * 10**5
    assert {at: steps for at, steps in apart.items() if steps} == {
        ("b", "second"): 1,
        ("h", "first"): 1,
        ("i", "second"): 1,
    }


@ENGINES
def test_a_weighted_harmonic_mean_is_the_printed_one(engine):
    """Parts and mean are printed with three figures: a mean is no further from its own than its parts may be."""
    columns = ("logistics", "flights", "ships", "borders")
    rows = [
        ("1", "94.1", "14.20", "1.0", "29.4", "2.36"), ("2", "94.6", "15.60", "97.2", "40.0", "41.5"),
        ("3", "35.0", "4.89", "38.0", "15.6", "14.3"), ("4", "51.2", "4.90", "59.2", "34.3", "17.4"),
        ("5", "43.7", "4.66", "55.7", "1.0", "3.93"),
    ]  # fmt: skip
    node = {
        "take": "harmonic",
        "of": list(columns),
        "weights": {"logistics": "1", "flights": "1", "ships": "2", "borders": "1"},
        "digits": 4,
    }
    sections = {
        "measures": measures(columns, 2),
        "scores": scores(columns, 2),
        "nodes": {"mean": node},
        "totals": {"all": {"of": ["mean"], "digits": 4}},
    }
    found = evaluated(sections, columns, [row[:5] for row in rows], engine)
    for row in rows:
        printed = decimal(row[5])
        assert abs(_figure(found[row[0]], "total", 4) - printed) <= printed * Fraction(5, 1000), row[0]


@ENGINES
def test_a_mean_needs_two_thirds_of_its_parts(engine):
    columns = ("one", "two", "three")
    rows = [("1", "1", "3", "1"), ("2", "2", "-", "-"), ("3", "3", "-", "1")]
    node = {"take": "arithmetic", "of": list(columns), "missing": "available", "least_share": "0.6666", "digits": 6}
    sections = {
        "measures": measures(columns, 2),
        "scores": scores(columns, 2),
        "nodes": {"mean": node},
        "totals": {"all": {"of": ["mean"], "digits": 6}},
    }
    found = evaluated(sections, columns, rows, engine)
    assert [_figure(found[row[0]], "total", 6) for row in rows] == [decimal("1.666667"), None, 2]


# --- Saaty, Theory and Applications of the Analytic Network Process (2005): where to live, by five criteria

WHERE_TO_LIVE = {  # culture, family, housing, jobs, transport
    "criteria": [[1, "1/5", 3, "1/2", 5], [5, 1, 7, 1, 7], ["1/3", "1/7", 1, "1/4", 3], [2, 1, 4, 1, 7], ["1/5", "1/7", "1/3", "1/7", 1]],
    # Bethesda, Boston, Pittsburgh, Santa Fe
    "culture": [[1, "1/2", 1, "1/2"], [2, 1, "5/2", 1], [1, "2/5", 1, "2/5"], [2, 1, "5/2", 1]],
    "family": [[1, 2, "1/3", 4], ["1/2", 1, "1/8", 2], [3, 8, 1, 9], ["1/4", "1/2", "1/9", 1]],
    "housing": [[1, 5, "1/2", "5/2"], ["1/5", 1, "1/9", "1/4"], [2, 9, 1, 7], ["2/5", 4, "1/7", 1]],
    "jobs": [[1, "1/2", 3, 4], [2, 1, 6, 8], ["1/3", "1/6", 1, 1], ["1/4", "1/8", 1, 1]],
    "transport": [[1, "3/2", "1/2", 4], ["2/3", 1, "2/7", "5/2"], [2, "7/2", 1, 9], ["1/4", "2/5", "1/9", 1]],
}  # fmt: skip


def test_a_hierarchy_of_judgements_chooses_saatys_city_with_the_printed_priorities():
    judged_by = {
        name: judged(Ahp.model_validate({"matrix": rows, "by": "eigenvector"})) for name, rows in WHERE_TO_LIVE.items()
    }
    assert all(one.consistent for one in judged_by.values())
    criteria = [name for name in WHERE_TO_LIVE if name != "criteria"]
    cities = ("Bethesda", "Boston", "Pittsburgh", "Santa_Fe")
    rows = [(city, *(f"{float(judged_by[one].weights[at]):.9f}" for one in criteria)) for at, city in enumerate(cities)]
    ahp = {"matrix": WHERE_TO_LIVE["criteria"], "by": "eigenvector"}
    node = {"take": "arithmetic", "of": criteria, "weighting": {"ahp": ahp, "digits": 6}, "digits": 6}
    sections = {
        "measures": measures(criteria, 8),
        "scores": scores(criteria, 8),
        "nodes": {"priority": node},
        "totals": {"all": {"of": ["priority"], "digits": 3}},
    }
    found = evaluated(sections, criteria, rows)
    printed = {"Bethesda": "0.229", "Boston": "0.275", "Pittsburgh": "0.385", "Santa_Fe": "0.111"}
    assert {city: _figure(found[city], "total", 3) for city in cities} == {
        city: decimal(one) for city, one in printed.items()
    }


# --- TOPSIS and CRITIC


def _closeness(columns, lower, weights, rows, digits, engine):
    node = {"take": "topsis", "of": list(columns), "weights": weights, "lower": lower, "digits": digits}
    sections = {
        "measures": measures(columns, 2),
        "scores": scores(columns, 2),
        "nodes": {"closeness": node},
        "totals": {"all": {"of": ["closeness"], "digits": digits}},
    }
    found = evaluated(sections, columns, rows, engine)
    return [_figure(found[row[0]], "total", digits) for row in rows]


@ENGINES
def test_topsis_of_five_models_is_that_of_another_implementation(engine):
    """The sample of the package TOPSIS-Sahil-Rohilla 1.0.4 on PyPI, which cuts its figures off after four digits."""
    columns = ("correlation", "fit", "error", "accuracy")
    rows = [
        ("M1", "0.79", "0.62", "1.25", "60.89"), ("M2", "0.66", "0.44", "2.89", "63.07"),
        ("M3", "0.56", "0.31", "1.57", "62.87"), ("M4", "0.82", "0.67", "2.68", "70.19"),
        ("M5", "0.75", "0.56", "1.3", "80.39"),
    ]  # fmt: skip
    found = _closeness(columns, ["error"], dict.fromkeys(columns, "1"), rows, 6, engine)
    cut = [f"{float(one):.6f}"[:6] for one in found]
    assert cut == ["0.7722", "0.2255", "0.4388", "0.5238", "0.8113"]


@ENGINES
def test_critic_weights_are_those_of_another_implementation(engine):
    """Test data of the Rust crate mcdm 0.4.0."""
    columns = ("one", "two", "three", "four")
    rows = [
        ("a", "2.9", "2.31", "0.56", "1.89"),
        ("b", "1.2", "1.34", "0.21", "2.48"),
        ("c", "0.3", "2.48", "1.75", "1.69"),
    ]
    node = {"take": "arithmetic", "of": list(columns), "weighting": {"critic": True, "digits": 8}, "digits": 6}
    sections = {
        "measures": measures(columns, 2),
        "scores": scores(columns, 2),
        "nodes": {"index": node},
        "totals": {"all": {"of": ["index"], "digits": 4}},
    }
    found = result(sections, columns, rows, engine)
    weights = [row["value"] for row in found.benchmarks.to_dicts() if row["benchmark"].startswith("index.")]
    assert weights == ["0.22514451", "0.21769531", "0.24375671", "0.31340347"]


PUMPS = [("a", "2.5", "240", "57"), ("b", "3.1", "285", "61"), ("c", "2.9", "214", "83"), ("d", "1.8", "198", "74"), ("e", "4.2", "301", "45")]  # fmt: skip


def test_topsis_of_five_pumps_is_that_of_scikit_criteria():
    """Computed by scikit-criteria 0.10: vector scaling, the second figure is a cost; 300 random tables agree to 1e-15."""
    found = _closeness(("flow", "price", "yield_"), ["price"], {"flow": "0.5", "price": "0.2", "yield_": "0.3"}, PUMPS, 8, "polars")  # fmt: skip
    assert [str(float(one)) for one in found] == ["0.30840839", "0.5095072", "0.54750024", "0.28037433", "0.67440543"]


def test_entropy_weights_of_five_pumps_are_those_of_pymcdm():
    """Computed by pymcdm 1.4.0 from the shares of the figures as they are."""
    columns = ("flow", "price", "yield_")
    node = {
        "take": "arithmetic",
        "of": list(columns),
        "weighting": {"entropy": {"of": "share"}, "digits": 8},
        "digits": 6,
    }
    sections = {"measures": measures(columns, 2), "scores": scores(columns, 2), "nodes": {"index": node}, "totals": {"all": {"of": ["index"], "digits": 4}}}  # fmt: skip
    found = result(sections, columns, PUMPS)
    weights = [row["value"] for row in found.benchmarks.to_dicts() if row["benchmark"].startswith("index.")]
    assert weights == ["0.51542291", "0.18040659", "0.30417050"]
