"""Two more indices that others computed: the Environmental Performance Index 2020 and the SDG Index, tree and gaps included.

Both print their parts with one decimal, so what is made of them may differ by one of the last digit; how many do not is
said. What a country does not have (fisheries without a coast, life below water) is left out and never counts as zero.
"""

from __future__ import annotations

from fractions import Fraction

from tests.golden.published import evaluated, measures, read, scores

from jiqun.values import exact as decimal
from jiqun.values import half_up

# group → its parts with their weights, as published with the results
EPI = {
    "AIR": "PMD .55 HAD .4 OZD .05",
    "H2O": "USD .4 UWD .6",
    "HMT": "PBD 1",
    "WMG": "MSW 1",
    "HLT": "AIR .5 H2O .4 HMT .05 WMG .05",
    "BDH": "TBN .2 TBG .2 MPA .2 PAR .1 SHI .1 SPI .1 BHV .1",
    "ECS": "TCL .9 GRL .05 WTL .05",
    "FSH": "FSS .35 RMS .35 FGT .3",
    "CCH": "CDA .55 CHA .15 FGA .1 NDA .05 BCA .05 LCB .025 GIB .05 GHP .025",
    "APE": "SDA .5 NXA .5",
    "AGR": "SNM 1",
    "WRS": "WWT 1",
    "ECO": "BDH .25 ECS .1 FSH .1 CCH .4 APE .05 AGR .05 WRS .05",
    "EPI": "HLT .4 ECO .6",
}
COLUMNS = [
    "EPI",
    "HLT",
    "AIR",
    "PMD",
    "HAD",
    "OZD",
    "H2O",
    "USD",
    "UWD",
    "HMT",
    "PBD",
    "WMG",
    "MSW",
    "ECO",
    "BDH",
    "TBN",
    "TBG",
    "MPA",
    "PAR",
    "SHI",
    "SPI",
    "BHV",
    "ECS",
    "TCL",
    "GRL",
    "WTL",
    "FSH",
    "FSS",
    "RMS",
    "FGT",
    "CCH",
    "CDA",
    "CHA",
    "FGA",
    "NDA",
    "BCA",
    "LCB",
    "GIB",
    "GHP",
    "APE",
    "SDA",
    "NXA",
    "AGR",
    "SNM",
    "WRS",
    "WWT",
]


def _weights(said):
    cells = said.split()
    return dict(zip(cells[::2], (f"0{one}" if one[0] == "." else one for one in cells[1::2]), strict=True))


def _tenths(cell, digits):
    return None if cell is None else half_up(Fraction(cell, 10**digits), 1)


def test_the_environmental_performance_index_of_24_countries_from_its_32_indicators():
    rows = read("epi-2020.txt")
    printed = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in rows}
    indicators = [name for name in COLUMNS if name not in EPI]
    nodes = {
        name: {
            "take": "arithmetic",
            "of": list(_weights(parts)),
            "weights": _weights(parts),
            "missing": "available",
            "digits": 6,
        }
        for name, parts in EPI.items()
    }
    sections = {
        "measures": measures(indicators, 1),
        "scores": scores(indicators, 1),
        "nodes": nodes,
        "totals": {"all": {"of": ["EPI"], "digits": 1}},
    }
    made = [[country, *(own[name] for name in indicators)] for country, own in printed.items()]
    found = evaluated(sections, indicators, made)
    compared = same = 0
    for name in ("AIR", "H2O", "BDH", "ECS", "FSH", "CCH", "APE", "HLT", "ECO", "EPI"):
        pairs = [
            (_tenths(found[country][f"node__{name}"], 6), None if own[name] == "-" else decimal(own[name]))
            for country, own in printed.items()
        ]
        assert all((ours is None) == (theirs is None) for ours, theirs in pairs), name
        both = [(ours, theirs) for ours, theirs in pairs if theirs is not None]
        assert max(abs(ours - theirs) for ours, theirs in both) <= Fraction(1, 10), name
        compared, same = compared + len(both), same + sum(ours == theirs for ours, theirs in both)
    assert (compared, same) == (230, 208)
    assert all(found[country]["total"] == decimal(own["EPI"]) * 10 for country, own in printed.items())
    assert found["AFG"]["node__FSH"] is None and found["AFG"]["total"] == 255  # no coast, and yet the printed 25.5


# Sustainable Development Report, SDG Index of landlocked and coastal countries (sdg_index_2000-2022.csv, kept on GitHub in
# ThisisMdAman/Linear-Regression-on-SDG-index-2000-2022): seventeen goals, then the index as printed. That file writes 0
# where a goal was not scored; with 0 counted as a score, the index of Afghanistan in 2000 would be 31.8 and not 36.
SDG = """
AFG-2000 28.8 27.3 19.2 1.6 20.8 32.4 21 38.5 5.2 - 25.8 94.7 99.4 - 51.9 39.2 34.2 36
AFG-2010 28.8 43.2 31.4 1.6 21 38 15.2 38.5 5.5 - 29.9 96.3 99 - 53 43.8 36.6 38.8
AFG-2020 27.9 46 37.6 42 30.2 50.4 35.9 41.1 9.8 - 30.2 96.7 99 - 73.2 45.3 44.1 47.3
ALB-2000 96.4 47 73.6 81.7 36.7 68.8 75 61.2 17.6 84.4 74.8 84.3 90 35.2 66.7 66.1 60 65.9
ALB-2010 96.4 49.4 79.1 79.7 44.3 71.6 80.6 63.9 24.9 89.8 78.4 83.5 88.3 44.8 79.2 63.2 59.7 69.2
ALB-2020 98.4 59 82.7 94.3 57.3 73.7 84.3 65.1 41.3 88.1 76.6 81.7 90.5 50.3 79.9 63.5 65.9 73.7
DZA-2000 95.4 48.7 69.4 71.5 29.6 60.9 58.1 59.3 19.2 97 71.7 89.8 89.2 66.1 54.5 64.5 65.6 65.3
DZA-2010 95.4 54.6 76 79.6 37.9 57.5 63.4 68.2 21 97 70.4 89.4 88.2 65 72.7 67.4 69 69
DZA-2020 97.1 57.6 77 77 49.8 58 65.5 66.8 49.9 97 67.1 89.2 88.7 64.8 62 66.2 77.8 71.3
AGO-2000 55.1 44.4 21.9 35.6 37.4 43.6 14.1 63.5 5.3 15.5 50.6 94.3 93.8 68.5 67.1 39.6 62.4 47.8
AGO-2010 55.1 55.1 29.6 35.3 53.9 49.7 25.3 60.5 5.4 39.4 49.4 93.7 92.1 68.8 67.1 39.6 60.6 51.8
AGO-2020 31.1 55.1 35.1 42.2 49.8 54.3 43.6 58.7 13.5 16.5 43.2 94.1 96.3 67.5 66.2 44 51.9 50.8
ARG-2000 96.3 67.9 76.6 94.5 71.6 75.2 68.3 66.8 24.8 16.8 76 78.6 89 60.9 53.6 53.1 55.8 66.2
ARG-2010 96.3 68.8 80 93.4 77.7 77.1 70.5 70.9 32 34.7 83 78.7 87.8 61.7 56.8 54.3 64.2 69.9
ARG-2020 95.9 68.9 80 97.9 80 77.9 73 73 52.8 41.1 80.9 78.1 89.4 61.5 59.1 62.5 64.1 72.7
ARM-2000 88.8 49.4 63.9 68.6 47.2 67.1 69 68 19.1 70.6 80 91.7 94.6 - 59.3 76.8 56.1 66.9
ARM-2010 88.8 52.9 69.4 77.2 54.4 67.8 74.4 68.2 24.9 89.3 76.9 90.5 94 - 61 77.7 61.8 70.6
ARM-2020 94.4 53 76.8 77 63.4 65.6 74.4 72.5 45.2 100 76.8 88.4 92.1 - 61.9 79.3 64.5 74.1
"""


def test_the_index_of_the_sustainable_development_goals_is_the_mean_of_the_goals_that_are_scored():
    rows = [line.split() for line in SDG.strip().splitlines()]
    goals = [f"goal_{place}" for place in range(1, 18)]
    sections = {
        "measures": measures(goals, 1),
        "scores": scores(goals, 1),
        "nodes": {"index": {"take": "arithmetic", "of": goals, "missing": "available", "digits": 1}},
        "totals": {"all": {"of": ["index"], "digits": 1}},
    }
    found = evaluated(sections, goals, [row[:18] for row in rows])
    apart = {row[0] for row in rows if Fraction(found[row[0]]["total"], 10) != decimal(row[18])}
    assert apart == set()
