"""Energy limits of the packs: a line on every limit, on both sides of it, and with something unknown.

Limits and corrections are those that the tests of an independent public implementation (adgo07/ECQuota-Insight) assert.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal, localcontext

import pytest

LEVELS = ("1级", "2级", "3级", "超过限额")


def lines(product, column, values, **conditions):
    """One line per value, with what the product needs for its corrections."""
    return [
        {"line": str(value), "year": 2026, "product": product, column: str(value), **conditions} for value in values
    ]


def just_above(limit):
    return str(Decimal(limit) + Decimal("0.000001"))


def expected(limits):
    """At a limit a line still has its level; just above it has the next one that the standard names."""
    given = {level: limit for level, limit in zip(LEVELS, limits, strict=False) if limit is not None}
    following = [*list(given)[1:], LEVELS[3]]
    found = {limit: level for level, limit in given.items()}
    return found | {just_above(limit): after for limit, after in zip(given.values(), following, strict=True)}


def check_limits(computed, standard, cases):
    """Grade the lines of all cases of a standard together; a line is named by its case and value."""
    rows, wanted = [], {}
    for number, (product, column, limits, conditions) in enumerate(cases):
        grades = expected(limits)
        for row in lines(product, column, grades, **conditions):
            name = f"{number} {product} {column} {row['line']}"
            rows.append(row | {"line": name})
            wanted[name] = grades[row["line"]]
    assert computed(f"energy-limit.{standard}", "2026", {"product_energy": rows}).grades == wanted


CEMENT = {"altitude": "0", "clinker_share": "75"}
STEEL = {"rare_earth_share": 0, "vanadium_share": 0, "laterite_share": 0}
COKE = {"heating_fuel": "coke_gas", "quenching": "dry", "oven_age": "10"}
ARC = {"hot_metal_share": "0", "steel_category": "plain"}

UNCORRECTED = [
    ("cement", "cement", "unit_energy", ("80", "87", "94"), CEMENT),
    ("cement", "cement_preparation", "unit_power", ("26", "29", "34"), {}),
    ("steel", "sinter", "unit_energy", ("43", "46", "52"), STEEL),
    ("steel", "pellet", "unit_energy", ("15", "22", "33"), STEEL),
    ("steel", "blast_furnace", "unit_energy", ("361", "370", "415"), {**STEEL, "feed_grade": "62"}),
    ("steel", "converter", "unit_energy", ("-30", "-28", "-12"), {"scrap_share": 0, "steel_category": "plain"}),
    ("steel", "arc_furnace", "unit_energy", ("61", "64", "72"), {**ARC, "furnace_capacity": "70"}),
    ("steel", "arc_furnace", "unit_energy", ("61", None, "72"), {**ARC, "furnace_capacity": "69.99"}),
    ("steel", "arc_furnace", "unit_energy", ("61", None, "72"), {**ARC, "furnace_capacity": "50"}),
    ("steel", "arc_furnace", "unit_energy", ("61", None, "86"), {**ARC, "furnace_capacity": "49.99"}),
    ("coke", "coke_top", "unit_energy", ("110", None, "135"), {**COKE, "volatile": "23", "moisture": "10"}),
    ("coke", "coke_stamp", "unit_energy", ("115", None, "140"), {**COKE, "volatile": "25", "moisture": "10.5"}),
    ("methanol", "methanol_bituminous", "unit_energy", ("1380", "1400", "1800"), {}),
    ("methanol", "methanol_anthracite", "unit_energy", ("1200", "1250", "1500"), {}),
    ("methanol", "methanol_lignite", "unit_energy", ("1750", "1800", "2000"), {}),
    ("methanol", "methanol_gas", "unit_energy", ("1130", "1150", "1380"), {}),
    ("methanol", "methanol_coke_gas", "unit_energy", ("1280", "1400", "1500"), {}),
    ("methanol", "glycol_ethylene", "unit_energy", ("335", "375", "470"), {}),
    ("methanol", "glycol_syngas", "unit_energy", ("850", "1000", "1300"), {}),
    ("methanol", "glycol_coal", "unit_energy", ("2450", "2850", "3100"), {}),
    ("methanol", "dimethyl_ether", "unit_energy", ("1120", "1140", "1200"), {}),
    ("cement", "clinker", "unit_energy", ("100", "107", "117"), {"altitude": 0, "unit_power": 1, "unit_coal": 1}),
    ("cement", "clinker", "unit_power", ("48", "57", "61"), {"altitude": 0, "unit_energy": 1, "unit_coal": 1}),
    ("cement", "clinker", "unit_coal", ("94", "100", "109"), {"altitude": 0, "unit_energy": 1, "unit_power": 1}),
    ("aluminium", "aluminium_liquid", "process_power", ("12950", "13000", "13350"), {"unit_power": 1}),
    ("aluminium", "aluminium_liquid", "unit_power", ("13250", "13350", "13700"), {"process_power": 1}),
    ("aluminium", "aluminium_ingot", "unit_power", ("13300", "13400", "13750"), {"unit_energy": 1}),
    ("aluminium", "aluminium_ingot", "unit_energy", ("1670", "1680", "1720"), {"unit_power": 1}),
    ("aluminium", "alumina_bayer", "process_energy", ("310", "360", "430"), {"unit_energy": 1}),
    ("aluminium", "alumina_bayer", "unit_energy", ("340", "390", "460"), {"process_energy": 1}),
    ("aluminium", "alumina_other", "process_energy", ("500", "550", "650"), {"unit_energy": 1}),
    ("aluminium", "alumina_other", "unit_energy", ("550", "600", "700"), {"process_energy": 1}),
    ("ferroalloy", "ferrosilicon", "unit_power", ("8050", "8300", "8400"), {"unit_energy": 1, "ore_grade": 98}),
    ("ferroalloy", "ferrosilicon", "unit_energy", ("1700", "1770", "1850"), {"unit_power": 1, "ore_grade": 98}),
    ("ferroalloy", "ferromanganese_high", "unit_power", ("2100", "2400", "2550"), {"unit_energy": 1, "ore_grade": 39}),
    ("ferroalloy", "silicomanganese", "unit_power", ("3800", "4000", "4250"), {"unit_energy": 1, "ore_grade": 36}),
]  # fmt: skip
CORRECTED = [
    ("cement", "cement", ("76.70", "83.55", "90.40"), {"clinker_share": 72, "altitude": 1500}),
    # mixed gas half the time, 24.5 % volatile (6.40 between 4.25 and 8.55), 11 % moisture, wet, 20 years old
    (
        "coke",
        "coke_top",
        ("126.57", None, "198.03"),
        {"heating_fuel": "mixed", "mixed_gas_share": 50, "volatile": "24.5", "moisture": 11, "quenching": "wet", "oven_age": 20},
    ),
    # ages: 15 none, just above 2.50, 25 still 2.50, just above 5.50 (level 2 knows no age)
    ("coke", "coke_stamp", ("115", None, "140"), {**COKE, "volatile": 25, "moisture": "10.5", "oven_age": 15}),
    ("coke", "coke_stamp", ("117.5", None, "142.5"), {**COKE, "volatile": 25, "moisture": "10.5", "oven_age": 25}),
    ("coke", "coke_stamp", ("120.5", None, "145.5"), {**COKE, "volatile": 25, "moisture": "10.5", "oven_age": "25.1"}),
    # 24.50 at the last point of the table, 3.71 × 2 for moisture
    ("coke", "coke_stamp", ("146.92", None, "171.92"), {**COKE, "volatile": 32, "moisture": "12.5"}),
    ("coke", "coke_top", ("101.7", None, "126.7"), {**COKE, "volatile": 21, "moisture": 10}),
    # 3.61 per point under 62 %, at most five; nothing above 62 %
    ("steel", "blast_furnace", ("368.22", "377.22", "422.22"), {**STEEL, "feed_grade": 60}),
    ("steel", "blast_furnace", ("379.05", "388.05", "433.05"), {**STEEL, "feed_grade": 50}),
    ("steel", "blast_furnace", ("361", "370", "415"), {**STEEL, "feed_grade": 65}),
    ("steel", "sinter", ("50.75", "53.75", "59.75"), {"rare_earth_share": 5, "vanadium_share": 5, "laterite_share": 5}),
    ("steel", "converter", ("-23.9", "-21.9", "-5.9"), {"scrap_share": 20, "steel_category": "deep_drawing"}),
    ("steel", "arc_furnace", ("59.1", "62.4", "71.2"), {"furnace_capacity": 70, "hot_metal_share": 10, "steel_category": "stainless"}),
    ("steel", "arc_furnace", ("76", None, "101"), {"furnace_capacity": 40, "hot_metal_share": 0, "steel_category": "bearing_gear_tool"}),
]  # fmt: skip


@pytest.mark.parametrize("standard", ["cement", "steel", "coke", "aluminium", "methanol", "ferroalloy"])
def test_a_line_at_a_limit_has_the_level_and_just_above_it_the_next(computed, standard):
    check_limits(computed, standard, [case for name, *case in UNCORRECTED if name == standard])


@pytest.mark.parametrize("standard", ["cement", "steel", "coke"])
def test_corrections_move_the_limits_exactly(computed, standard):
    cases = [(product, "unit_energy", *rest) for name, product, *rest in CORRECTED if name == standard]
    check_limits(computed, standard, cases)


def test_cement_of_76_per_cent_clinker_at_80_000_pascal(computed):
    grades = {"81.10": "1级", just_above("81.10"): "2级", "88.15": "2级", just_above("88.15"): "3级"}
    rows = lines("cement", "unit_energy", grades, clinker_share="76", altitude="2000", pressure="80000")
    assert computed("energy-limit.cement", "2026", {"product_energy": rows}).grades == grades


def test_only_levels_1_and_3_of_coke_are_widened_by_the_age_of_the_oven(computed):
    # 1级 is corrected for age and 2级 is not: 112.5 meets 1级 at 20 years, 110.5 at 10 years meets neither 1 nor 2
    old = lines("coke_top", "unit_energy", ["112.5"], **{**COKE, "oven_age": "20"}, volatile="23", moisture="10")
    young = lines("coke_top", "unit_energy", ["110.5"], **COKE, volatile="23", moisture="10")
    assert computed("energy-limit.coke", "2026", {"product_energy": old + young}).grades == {
        "112.5": "1级",
        "110.5": "3级",
    }


def test_a_limit_with_endless_decimals_is_not_rounded_before_the_comparison(computed):
    with localcontext() as context:
        context.prec = 40
        limit = Decimal("95.20") * (Decimal("1.179") - Decimal("0.211") * 80000 / 101325)
        below = limit.quantize(Decimal("1e-12"), rounding=ROUND_FLOOR)
        above = below + Decimal("1e-12")
    rows = lines("cement", "unit_energy", [below, above], clinker_share="76", altitude="1500.01", pressure="80000")
    assert computed("energy-limit.cement", "2026", {"product_energy": rows}).grades == {
        str(below): "3级",
        str(above): "超过限额",
    }


def test_ferrosilicon_power_falls_40_per_point_of_ore_grade_over_98(computed):
    wanted = expected(("8010", "8260", "8360"))
    rows = lines("ferrosilicon", "unit_power", wanted, unit_energy="1700", ore_grade="99")
    assert computed("energy-limit.ferroalloy", "2026", {"product_energy": rows}).grades == wanted


def test_the_worst_of_three_clinker_indicators_counts(computed):
    row = {
        "line": "a",
        "year": 2026,
        "product": "clinker",
        "altitude": "0",
        "unit_energy": "100",
        "unit_power": "57",
        "unit_coal": "110",
    }
    assert computed("energy-limit.cement", "2026", {"product_energy": [row]}).grades == {"a": "超过限额"}
    row |= {"unit_coal": None}
    assert computed("energy-limit.cement", "2026", {"product_energy": [row]}).grades == {"a": None}


UNCOVERED = {
    "cement": [{"product": "cement", "clinker_share": "75", "altitude": "1501", "unit_energy": "94"}],
    "coke": [
        {**COKE, "product": "coke_top", "volatile": "20.99", "moisture": "10", "unit_energy": "50"},
        {**COKE, "product": "coke_stamp", "volatile": "32.01", "moisture": "10", "unit_energy": "50"},
    ],
    "steel": [{"product": "sinter", "rare_earth_share": "0", "vanadium_share": "0", "unit_energy": "40"}],
    "ferroalloy": [
        {"product": "ferrochrome_high", "ore_grade": "40", "chromium_iron_ratio": "2.19", "unit_power": "1", "unit_energy": "1"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("standard", UNCOVERED)
def test_an_unknown_or_uncovered_correction_gives_no_level(computed, standard):
    rows = [{"line": str(number), "year": 2026, **row} for number, row in enumerate(UNCOVERED[standard])]
    assert set(computed(f"energy-limit.{standard}", "2026", {"product_energy": rows}).grades.values()) == {None}


def test_a_special_purpose_converter_is_not_assessed(computed):
    row = {
        "line": "a",
        "year": 2026,
        "product": "converter",
        "special_purpose": True,
        "unit_energy": "99",
        "scrap_share": "0",
        "steel_category": "plain",
    }
    result = computed("energy-limit.steel", "2026", {"product_energy": [row]})
    assert result.rows["a"]["status"] == "exempt"
