"""Green rules of the packs: a subject on every boundary, on both sides of it, and with something unknown.

Limits and corrections of the energy-limit standards are those that the tests of an independent public implementation
(adgo07/ECQuota-Insight) assert; the carbon, code and light rules have the numbers of their sources.
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


# --- carbon code


def firms(values, scale="above", industry="3411"):
    years = [{"enterprise": name, "year": 2024, "scale": scale, "industry": industry} for name in values]
    carbon = [
        {"enterprise": name, "year": 2024, "co2": co2, "co2_zero_power": 0, "co2_sink": 0, "income_value_added": value}
        for name, (co2, value) in values.items()
    ]
    return {"enterprise_year": years, "carbon_year": carbon}


def test_carbon_intensity_bounds_belong_to_the_better_level(computed):
    values = {
        "a": ("60", "100"),
        "b": ("60.0001", "100"),
        "c": ("200", "100"),
        "d": ("200.0001", "100"),
        "e": ("5", "0"),
        "f": ("5", "-3"),
        "g": (None, "100"),
    }
    wanted = {"a": "低碳", "b": "中碳", "c": "中碳", "d": "高碳", "e": None, "f": None, "g": None}
    assert computed("green.carbon-intensity", "2024", firms(values)).grades == wanted


def test_carbon_code_bounds_belong_to_the_better_grade_and_the_mean_is_of_the_class(computed):
    # ten firms of 100 each with 1000 t together: the class mean is 1 t per 万元, so K is the firm's own intensity
    tons = {
        "a": "60",
        "b": "60.0001",
        "c": "80",
        "d": "80.0001",
        "e": "120",
        "f": "120.0001",
        "g": "200",
        "h": "200.0001",
        "i": "40",
        "j": "39.9996",
    }
    result = computed("green.carbon-code", "2024", firms({name: (co2, "100") for name, co2 in tons.items()}))
    wanted = {
        "a": "1级",
        "b": "2级",
        "c": "2级",
        "d": "3级",
        "e": "3级",
        "f": "4级",
        "g": "4级",
        "h": "5级",
        "i": "1级",
        "j": "1级",
    }
    assert result.grades == wanted
    assert result.figure("g", "total") == "2.000000"


def test_a_class_of_four_is_held_against_its_division_and_a_division_of_four_against_nobody(computed):
    four = firms(dict.fromkeys("abcd", ("100", "100")), industry="3411")
    more = firms(dict.fromkeys("ef", ("300", "100")), industry="3421")
    alone = firms(dict.fromkeys("wxyz", ("100", "100")), industry="1310")
    tables = {name: four[name] + more[name] + alone[name] for name in four}
    result = computed("green.carbon-code", "2024", tables)
    assert result.figure("a", "total") == "0.600000"  # 100 ÷ (1000 ÷ 6), from the rounded mean 1.666667
    assert result.grades["w"] is None
    assert result.rows["w"]["reason__carbon_value"] == "no_benchmark"


# --- other green rules


def test_green_code_shares_of_twenty_factories_and_no_code_without_good_data(computed):
    rows = [
        {"enterprise": f"{n:02}", "year": 2024, "national": True, "dynamic_score": str(100 - n), "data_abnormal": False}
        for n in range(20)
    ]
    rows += [
        {"enterprise": "abnormal", "year": 2024, "national": True, "dynamic_score": "100", "data_abnormal": True},
        {"enterprise": "nothing", "year": 2024, "national": True, "data_abnormal": False},
        {"enterprise": "provincial", "year": 2024, "national": False, "dynamic_score": "99", "data_abnormal": False},
    ]
    grades = computed("green.code", "2024", {"green_factory": rows}).grades
    assert [grades[f"{n:02}"] for n in range(20)] == ["A+"] + ["A"] * 7 + ["B"] * 12
    assert {grades[name] for name in ("abnormal", "nothing", "provincial")} == {None}


def test_performance_class_is_that_of_the_worst_dimension(computed):
    dimensions = ("equipment", "treatment", "limits", "fugitive", "monitoring", "management", "transport")
    rows = [
        {"enterprise": f"{one}{grade}", "year": 2024, **dict.fromkeys(dimensions, "A"), one: grade}
        for one in dimensions
        for grade in "ABCD"
    ]
    assert computed("green.performance-abcd", "2024", {"performance_dimension": rows}).grades == {
        f"{one}{grade}": grade for one in dimensions for grade in "ABCD"
    }


def test_an_unchecked_dimension_leaves_the_performance_class_open_unless_another_is_the_worst(computed):
    good = dict.fromkeys(("equipment", "treatment", "limits", "fugitive", "monitoring", "management"), "A")
    rows = [
        {"enterprise": "open", "year": 2024, **good},
        {"enterprise": "worst", "year": 2024, **good, "equipment": "D"},
    ]
    assert computed("green.performance-abcd", "2024", {"performance_dimension": rows}).grades == {
        "open": None,
        "worst": "D",
    }


def test_beautiful_factory_concentration_bands(computed):
    wanted = {
        "50": ("深绿", "5.0000"),
        "50.01": ("浅绿", "4.0000"),
        "70": ("浅绿", "4.0000"),
        "85": ("达标", "2.0000"),
        "100": ("达标", "0.0000"),
        "100.01": ("超标", "0.0000"),
    }
    fixed = {"year": 2025, "water_ratio": "10", "carbon_growth": "1", "output_growth": "1"}
    rows = [{"enterprise": air, "air_ratio": air, **fixed} for air in wanted]
    result = computed("green.beautiful-factory", "2025", {"beautiful_factory": rows})
    assert {air: (result.grades[air], result.figure(air, "air_item_points")) for air in wanted} == wanted


def test_carbon_elasticity_turns_round_where_output_falls(computed):
    rising = {("5", "10"): "5.0000", ("7.5", "10"): "2.5000", ("10", "10"): "0.0000", ("-3", "10"): "5.0000"}
    falling = {("-20", "-10"): "5.0000", ("-15", "-10"): "2.5000", ("-10", "-10"): "0.0000", ("3", "-10"): "0.0000"}
    wanted = {"/".join(pair): points for pair, points in (rising | falling | {("3", "0"): None}).items()}
    rows = []
    for name in wanted:
        carbon, output = name.split("/")
        fixed = {"year": 2025, "air_ratio": "10", "water_ratio": "10"}
        rows.append({"enterprise": name, "carbon_growth": carbon, "output_growth": output, **fixed})
    result = computed("green.beautiful-factory", "2025", {"beautiful_factory": rows})
    assert {name: result.figure(name, "elasticity_item_points") for name in wanted} == wanted


AT_BOUNDS = {"value_added": "10000", "energy": "3500", "co2": "6000", "nonfossil_share": "20", "renewable_power_share": "30", "green_factory_share": "50", "solid_waste_share": "96", "water_reuse_share": "85", "others_confirmed": True}  # fmt: skip
PAST = {"energy": "3500.01", "co2": "6000.01", "nonfossil_share": "19.99", "renewable_power_share": "29.99", "green_factory_share": "49.99", "solid_waste_share": "95.99", "water_reuse_share": "84.99", "others_confirmed": False}  # fmt: skip


def test_a_park_at_every_bound_is_zero_carbon_and_past_any_one_is_not(computed):
    rows = [{"park": "all", "year": 2024, **AT_BOUNDS}]
    rows += [{"park": f"{name} past", "year": 2024, **AT_BOUNDS, name: value} for name, value in PAST.items()]
    rows += [{"park": f"{name} unknown", "year": 2024, **AT_BOUNDS, name: None} for name in PAST]
    grades = computed("green.zero-carbon-park", "2024", {"green_park": rows}).grades
    past, unknown = (
        dict.fromkeys((f"{name} {word}" for name in PAST), grade)
        for word, grade in (("past", "未达标"), ("unknown", None))
    )
    assert grades == {"all": "达标"} | past | unknown


def test_a_green_park_needs_more_than_half_manufacturing(computed):
    rows = [
        {"park": share, "year": 2024, "value_added": "100", "manufacturing_value_added": share}
        for share in ("50", "50.0001")
    ]
    assert computed("green.park-candidate", "2024", {"green_park": rows}).grades == {"50": "不符合", "50.0001": "符合"}


def test_saving_lights_at_their_bounds_and_outside_the_classes(computed):
    saved = {"100": "绿", "99.9999": "黄", "90": "黄", "89.9999": "橙", "50.0001": "橙", "50": "红", "-5": "红"}
    energy = dict.fromkeys(saved, "10000") | {"100": "50000.01", "small": "9999.99"}
    years = [{"enterprise": name, "year": 2024, "energy": value} for name, value in energy.items()]
    targets = [
        {"enterprise": name, "year": 2024, "saving_target": "100", "saved": name if name in saved else "100"}
        for name in energy
    ]
    result = computed("green.saving-light", "2024", {"enterprise_year": years, "energy_target": targets})
    assert result.grades == saved | {"small": None}
    assert {name: row["population"] for name, row in result.rows.items() if name in ("100", "90", "small")} == {
        "100": "class_a",
        "90": "class_b",
        "small": None,
    }


def test_base_values_give_nothing_leading_values_everything_and_the_middle_half(computed):
    keys = ("energy_intensity", "resource_use", "emission_intensity", "green_product_share", "land_output")
    cases = {
        "base": ("0.50", "20", "0.010", "20", "300"),
        "middle": ("0.35", "12.5", "0.006", "40", "550"),
        "lead": ("0.20", "5", "0.002", "60", "800"),
        "beyond": ("0.1", "1", "0", "90", "900"),
    }
    rows = [
        {"enterprise": name, "year": 2026, **dict(zip(keys, values, strict=True))} for name, values in cases.items()
    ]
    result = computed("green.factory-2025", "2026", {"green_factory": rows})
    assert {name: result.figure(name, "total") for name in cases} == {
        "base": "0.00",
        "middle": "50.00",
        "lead": "100.00",
        "beyond": "100.00",
    }


def test_every_candidate_condition_is_a_veto(computed):
    names = (
        "legal_entity",
        "manufacturing",
        "law_abiding",
        "indicators_better",
        "quality_system",
        "environment_system",
        "safety_system",
        "energy_system",
        "supervised",
        "diagnosed",
        "standard_met",
    )
    rows = [{"enterprise": "all", "year": 2024, **dict.fromkeys(names, True)}]
    rows += [{"enterprise": one, "year": 2024, **dict.fromkeys(names, True), one: False} for one in names]
    rows += [
        {"enterprise": "unchecked", "year": 2024, **dict.fromkeys(names, True), "standard_met": None},
        {"enterprise": "event", "year": 2024, **dict.fromkeys(names, True)},
    ]
    event = {"enterprise": "event", "date": "2022-01-01", "kind": "safety", "level": "larger"}
    grades = computed("green.factory-candidate", "2024", {"green_factory": rows, "event": [event]}).grades
    assert grades == {"all": "符合候选条件", "unchecked": None, "event": "不符合"} | dict.fromkeys(names, "不符合")
