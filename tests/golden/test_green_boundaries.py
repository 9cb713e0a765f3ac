"""Green rules of the packs: a subject on every boundary, on both sides of it, and with something unknown.

The carbon, code and light rules have the numbers of their sources.
"""

from __future__ import annotations

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
        "operating_normally",
    )
    barred = ("taken_off_list", "grave_finding", "rectification_open", "defaulter")
    fit = {"year": 2024, **dict.fromkeys(names, True), **dict.fromkeys(barred, False)}
    rows = [{"enterprise": "all", **fit}]
    rows += [{"enterprise": one, **fit, one: not fit[one]} for one in (*names, *barred)]
    rows += [{"enterprise": "unchecked", **fit, "standard_met": None}]
    rows += [{"enterprise": one, **fit} for one in ("event", "three years ago", "credit")]
    events = [
        {"enterprise": "event", "date": "2022-01-01", "kind": "safety", "level": "general"},
        {"enterprise": "three years ago", "date": "2021-12-31", "kind": "safety", "level": "major"},
        {"enterprise": "credit", "date": "2024-01-01", "kind": "credit", "level": "major"},
    ]
    grades = computed("green.factory-candidate", "2024", {"green_factory": rows, "event": events}).grades
    fitting = dict.fromkeys(("all", "three years ago", "credit"), "符合候选条件")
    assert grades == fitting | {"unchecked": None, "event": "不符合"} | dict.fromkeys((*names, *barred), "不符合")
