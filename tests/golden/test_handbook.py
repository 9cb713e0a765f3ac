"""The OECD/JRC Handbook on Constructing Composite Indicators (2008): its tables go in and its printed figures come out.

Technology Achievement Index, 23 countries: raw data Table A.2, normalisation Table 15, weights and ranks Tables 22, 23.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests.golden.published import evaluated

from jiqun.values import exact as decimal

INDICATORS = ("patents", "royalties", "internet", "exports", "telephones", "electricity", "schooling", "university")
# Table A.2, in the order of Table 23
RAW = """
Finland        187 125.6 200.2 50.7 3.08 4.15 10   27.4
United_States  289 130   179.1 66.2 3.00 4.07 12   13.9
Sweden         271 156.6 125.8 59.7 3.10 4.14 11.4 15.3
Japan          994 64.6  49    80.8 3.00 3.86 9.5  10
Korea          779 9.8   4.8   66.7 2.97 3.65 10.8 23.2
Netherlands    189 151.2 136   50.9 3.02 3.77 9.4  9.5
United_Kingdom 82  134   57.4  61.9 3.02 3.73 9.4  14.9
Canada         31  38.6  108   48.7 2.94 4.18 11.6 14.2
Australia      75  18.2  125.9 16.2 2.94 3.94 10.9 25.3
Singapore      8   25.5  72.3  74.9 2.95 3.83 7.1  24.2
Germany        235 36.8  41.2  64.2 2.94 3.75 10.2 14.4
Norway         103 20.2  193.6 19   3.12 4.39 11.9 11.2
Ireland        106 110.3 48.6  53.6 2.97 3.68 9.4  12.3
Belgium        72  73.9  58.9  47.6 2.91 3.86 9.3  13.6
New_Zealand    103 13    146.7 15.4 2.86 3.91 11.7 13.1
Austria        165 14.8  84.2  50.3 2.99 3.79 8.4  13.6
France         205 33.6  36.4  58.9 2.97 3.80 7.9  12.6
Israel         74  43.6  43.2  45   2.96 3.74 9.6  11
Spain          42  8.6   21    53.4 2.86 3.62 7.3  15.6
Italy          13  9.8   30.4  51   3.00 3.65 7.2  13
Czech_Republic 28  4.2   25    51.7 2.75 3.68 9.5  8.2
Hungary        26  6.2   21.6  63.5 2.73 3.46 9.1  7.7
Slovenia       105 4     20.3  49.5 2.84 3.71 7.1  10.6
"""
ROWS = [line.split() for line in RAW.strip().splitlines()]


def _evaluated(sections, engine="polars"):
    return evaluated(sections, INDICATORS, ROWS, engine)


# Table 15, mean years of school: z-score, min–max, distance to the mean, best and worst, less 1, above or below by 20 %
NORMALISED = """
Finland        0.26  0.59 1.04 0.83 1.41 0.04  0
United_States  1.52  1.00 1.25 1.00 1.69 0.25  1
Sweden         1.14  0.88 1.19 0.95 1.61 0.19  0
Japan         -0.06  0.49 0.99 0.79 1.34 -0.01 0
Korea          0.76  0.76 1.13 0.90 1.52 0.13  0
Netherlands   -0.12  0.47 0.98 0.78 1.32 -0.02 0
United_Kingdom -0.12 0.47 0.98 0.78 1.32 -0.02 0
Canada         1.27  0.92 1.21 0.97 1.63 0.21  1
Australia      0.83  0.78 1.14 0.91 1.54 0.14  0
Singapore     -1.58  0.00 0.74 0.59 1.00 -0.26 -1
Germany        0.38  0.63 1.06 0.85 1.44 0.06  0
Norway         1.46  0.98 1.24 0.99 1.68 0.24  1
Ireland       -0.12  0.47 0.98 0.78 1.32 -0.02 0
Belgium       -0.19  0.45 0.97 0.78 1.31 -0.03 0
New_Zealand    1.33  0.94 1.22 0.98 1.65 0.22  1
Austria       -0.76  0.27 0.88 0.70 1.18 -0.12 0
France        -1.08  0.16 0.82 0.66 1.11 -0.18 0
Israel         0.00  0.51 1.00 0.80 1.35 0.00  0
Spain         -1.46  0.04 0.76 0.61 1.03 -0.24 -1
Italy         -1.52  0.02 0.75 0.60 1.01 -0.25 -1
Czech_Republic -0.06 0.49 0.99 0.79 1.34 -0.01 0
Hungary       -0.31  0.41 0.95 0.76 1.28 -0.05 0
Slovenia      -1.58  0.00 0.74 0.59 1.00 -0.26 -1
"""
STEPS = {
    "z_score": {"normalise": "z_score"},
    "min_max": {"normalise": "min_max"},
    "to_mean": {"normalise": "distance_to_reference", "reference": "mean"},
    "to_best": {"normalise": "distance_to_reference", "reference": "highest"},
    "to_worst": {"normalise": "distance_to_reference", "reference": "lowest"},
    "difference": {"normalise": "distance_to_reference", "reference": "mean", "centred": True},
    "side": {"normalise": "above_below_mean", "threshold": "0.2"},
}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_the_normalised_years_of_school_of_23_countries_are_those_of_table_15(engine):
    made = {name: {"measure": "years", "steps": [step], "digits": 2} for name, step in STEPS.items()}
    rows = _evaluated(
        {"measures": {"years": {"title": "年", "formula": "schooling", "digits": 1}}, "prepared": made}, engine
    )
    for country, *printed in (line.split() for line in NORMALISED.strip().splitlines()):
        found = [Fraction(rows[country][f"measure__{name}"], 100) for name in STEPS]
        assert found == [decimal(one) for one in printed], country


# The goalposts of the index, beyond which counts as 1: least and greatest of 72 countries as Saisana, Saltelli and
# Tarantola print them (J. R. Statist. Soc. A 168, 2005, Table 1); telephones and electricity are logarithms.
GOALPOSTS = {
    "patents": ("0", "994"),
    "royalties": ("0", "272.6"),
    "internet": ("0", "232.4"),
    "exports": ("0", "80.8"),
    "telephones": ("0", "2.954725"),  # log 1, log 901
    "electricity": ("1.342423", "3.843171"),  # log 22, log 6969
    "schooling": ("0.8", "12"),
    "university": ("0.1", "27.4"),
}
EQUAL = dict.fromkeys(INDICATORS, "1")
BUDGET = dict(zip(INDICATORS, ("0.11", "0.11", "0.11", "0.18", "0.10", "0.06", "0.15", "0.18"), strict=True))
# Table 23 lists the countries by equal weights; beside it the rank by budget allocation
PRINTED = """
Finland 1
United_States 2
Sweden 3
Japan 5
Korea 4
Netherlands 8
United_Kingdom 7
Singapore 6
Canada 10
Australia 11
Germany 9
Norway 13
Ireland 12
Belgium 14
New_Zealand 17
Austria 15
France 16
Israel 18
Spain 19
Italy 21
Czech_Republic 22
Hungary 20
Slovenia 23
"""


def _ranked(weights):
    ends = {
        f"{name}_{end}": {"value": value, "digits": 6}
        for name, pair in GOALPOSTS.items()
        for end, value in zip(("low", "high"), pair, strict=True)
    }
    between = {name: {"low": f"{name}_low", "high": f"{name}_high"} for name in INDICATORS}
    measures = {f"{name}_raw": {"title": name, "formula": name, "digits": 2} for name in INDICATORS}
    scores = {
        f"{name}_index": {"measure": f"{name}_raw", "weight": "1", "digits": 8, "between": between[name]}
        for name in INDICATORS
    }
    node = {
        "take": "arithmetic",
        "of": list(scores),
        "weights": {f"{name}_index": one for name, one in weights.items()},
        "digits": 8,
    }
    total = {"all": {"of": ["tai"], "digits": 6}}
    rows = _evaluated(
        {"measures": measures, "benchmarks": ends, "scores": {"all": scores}, "nodes": {"tai": node}, "totals": total}
    )
    found = {country: row["total"] for country, row in rows.items()}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def test_the_index_ranks_23_countries_as_table_23_does_under_equal_weights_and_budget_allocation():
    printed = dict(line.split() for line in PRINTED.strip().splitlines())
    assert list(_ranked(EQUAL)) == list(printed)
    assert list(_ranked(BUDGET)) == sorted(printed, key=lambda country: int(printed[country]))


def test_the_index_itself_is_the_printed_one_where_one_is_printed():
    """Saisana, Saltelli and Tarantola, section 4.1: the original index is 74.4 for Finland and 73.3 for the USA.

    The years of school are printed with one digit: 0.05 of a year is 0.056 of the index, the printed index is rounded by
    0.05 itself.
    """
    found = _ranked(EQUAL)
    assert abs(Fraction(found["Finland"], 10**4) - decimal("74.4")) < decimal("0.106")
    assert abs(Fraction(found["United_States"], 10**4) - decimal("73.3")) < decimal("0.05")


@pytest.mark.parametrize(
    ("values", "printed"),
    [((21, 1, 1, 1), "2.14"), ((6, 6, 6, 6), "6"), ((21, 2, 1, 1), "2.55"), ((7, 6, 6, 6), "6.24")],
)
def test_a_geometric_mean_does_not_let_one_figure_make_up_for_another(values, printed):
    """Section 6.11 prints 2.14 and 6; for the raised figures it cuts 2.545 and 6.236 off to 2.54 and 6.23."""
    names = ("patents", "royalties", "internet", "exports")
    measures = {
        f"{name}_raw": {"title": name, "formula": str(value), "digits": 0}
        for name, value in zip(names, values, strict=True)
    }
    scores = {f"{name}_item": {"measure": f"{name}_raw", "digits": 0, "value": True} for name in names}
    node = {"take": "geometric", "of": list(scores), "digits": 2}
    rows = _evaluated(
        {
            "measures": measures,
            "scores": {"all": scores},
            "nodes": {"whole": node},
            "totals": {"all": {"of": ["whole"], "digits": 2}},
        }
    )
    assert Fraction(rows["Finland"]["total"], 100) == decimal(printed)


def test_skewness_and_kurtosis_are_those_printed_by_coinr_before_and_after_one_point_is_treated():
    """COINr, vignette “Outlier treatment”: 1 to 10, 30, 100; of its two outliers one is moved, and that is enough."""
    from jiqun.methods.exact.prepared import skew_and_kurtosis, winsorise_points

    values = [Fraction(one) for one in (*range(1, 11), 30, 100)]
    treated = winsorise_points(values, 2, Fraction(2), Fraction("3.5"))
    assert treated == [*values[:-1], Fraction(30)]
    printed = {0: (3.063241, 9.741391), 1: (1.712038, 1.815781)}
    for place, series in enumerate((values, treated)):
        assert [float(round(one, 6)) for one in skew_and_kurtosis(series)] == list(printed[place])


def test_skewness_and_kurtosis_are_those_of_spreadsheets_and_pandas():
    import pandas as pd

    from jiqun.methods.exact.prepared import skew_and_kurtosis

    for name in INDICATORS:
        values = [decimal(row[1 + INDICATORS.index(name)]) for row in ROWS]
        series = pd.Series([float(value) for value in values])
        skew, peak = skew_and_kurtosis(values)
        assert float(skew) == pytest.approx(series.skew(), abs=1e-9)
        assert float(peak) == pytest.approx(series.kurt(), abs=1e-9)
