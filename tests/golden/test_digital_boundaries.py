"""Digital rules of the packs: scores and levels at every bound, the two readings of level 3, ladders without skipping."""

from __future__ import annotations

import pytest

SCENES = ("product_design", "process_design", "marketing", "after_sales", "scheduling", "production", "quality", "equipment", "safety", "energy", "purchasing", "logistics", "finance", "people", "office", "decisions")  # fmt: skip
CORE = ("product_design", "marketing", "production", "quality", "equipment", "safety", "energy", "purchasing", "logistics", "finance")  # fmt: skip
OTHERS = tuple(name for name in SCENES if name not in CORE)
NOTHING = {"network": "无", "device_digital_rate": "0", "device_network_rate": "0", "data_processes": "无", "systems": "无", "network_security": "无", "data_security": "无", "plan_stage": "0", "mechanisms": "无", "talent": "无", "spend_ratio": "0", "energy_trend": "上升", "quality_trend": "下降", "revenue_trend": "下降", "cost_trend": "上升"}  # fmt: skip
EVERYTHING = {"network": "工控网络;企业网络;网络冗余;远程接入", "device_digital_rate": "100", "device_network_rate": "60.01", "data_processes": "研发设计;工艺设计;采购;计划;生产;质量;设备;安全;能耗;仓储物流;营销;售后;财务;人力资源", "systems": "全部环节", "network_security": "边界防护;入侵检测;分区与访问控制;远程访问控制", "data_security": "备份与灾备;加密与脱敏;分级与权限;监测与审计", "plan_stage": "5", "mechanisms": "领导小组;管理制度;考核机制;规划路线图", "talent": "专职团队;常态培训;激励晋升;校企合作;外部专家", "spend_ratio": "61", "energy_trend": "下降", "quality_trend": "上升", "revenue_trend": "上升", "cost_trend": "下降"}  # fmt: skip
# the items that bring a score exactly to the four bounds
TO_20 = {"systems": "全部环节", "device_digital_rate": "100", "network": "工控网络;企业网络"}
TO_40 = TO_20 | {"energy_trend": "下降", "quality_trend": "上升", "device_network_rate": "100"}
TO_60 = TO_40 | {"network_security": EVERYTHING["network_security"], "plan_stage": "5", "talent": EVERYTHING["talent"]}
TO_80 = TO_60 | {
    "data_security": EVERYTHING["data_security"],
    "mechanisms": EVERYTHING["mechanisms"],
    "spend_ratio": "100",
}


def scenes(level, core, others):
    """A number of constraint and other scenes at a level; the rest is not carried on."""
    reached = CORE[:core] + OTHERS[:others]
    return {f"scene_{name}": level if name in reached else 0 for name in SCENES}


def firm(name, answers, scene_levels):
    return {"enterprise": name, "year": 2024, **NOTHING, **answers, **scene_levels}


def assess(computed, rows, edition="2024.8-5"):
    return computed("sme-digital", "2024", {"sme_digital": rows}, edition)


def test_the_tree_of_50_30_20_adds_up_and_none_beside_others_is_unknown_not_0(computed):
    rows = [firm("everything", EVERYTHING, scenes(4, 10, 6)), firm("nothing", NOTHING, scenes(0, 0, 0))]
    rows += [firm("none", EVERYTHING | {"network": "工控网络;无"}, scenes(4, 10, 6))]
    result = assess(computed, rows)
    parts = ("base", "management", "effect", "total")
    assert [result.figure("everything", one) for one in parts] == ["50.0000", "30.0000", "20.0000", "100.0000"]
    assert [result.figure("nothing", one) for one in parts] == ["0.0000"] * 4
    assert result.figure("none", "network_points") is None and result.figure("none", "total") is None


@pytest.mark.parametrize(
    ("column", "item", "points"),
    [
        ("device_digital_rate", "device_digital", ("0.0000", "1.5000", "3.0000", "4.5000", "6.0000")),
        ("device_network_rate", "device_network", ("0.0000", "1.5000", "3.0000", "4.5000", "6.0000")),
        ("spend_ratio", "money", ("0.0000", "1.8750", "3.7500", "5.6250", "7.5000")),
    ],
)
def test_the_upper_end_of_a_rate_belongs_to_its_band(computed, column, item, points):
    bands = {
        "0": 0,
        "10": 0,
        "10.0001": 1,
        "20": 1,
        "20.0001": 2,
        "40": 2,
        "40.0001": 3,
        "60": 3,
        "60.0001": 4,
        "100": 4,
    }
    rows = [firm(rate, {column: rate}, scenes(0, 0, 0)) for rate in bands]
    result = assess(computed, rows)
    found = {rate: result.figure(rate, f"{item}_points") for rate in bands}
    assert found == {rate: points[band] for rate, band in bands.items()}


def test_levels_by_score_at_their_bounds(computed):
    at = {"20": TO_20, "40": TO_40, "60": TO_60, "80": TO_80}
    rows = [firm(name, answers, scenes(4, 10, 6)) for name, answers in at.items()]
    rows += [firm(f"below {name}", answers | {"network": "工控网络"}, scenes(4, 10, 6)) for name, answers in at.items()]
    result = assess(computed, rows)
    levels = dict(zip(at, ("一级", "二级", "三级", "四级"), strict=True))
    below = {f"below {name}": level for name, level in zip(at, ("未达一级", "一级", "二级", "三级"), strict=True)}
    assert {name: result.figure(name, "total") for name in at} == {name: f"{name}.0000" for name in at}
    assert result.figure("below 80", "total") == "78.0000"
    assert result.grades == levels | below


# level → scenes and constraint scenes needed, and the level one gets without them
NEEDED = {4: (10, 6, "四级"), 3: (8, 5, "三级"), 2: (6, 3, "二级"), 1: (6, 3, "一级")}
BELOW = {4: "三级", 3: "二级", 2: "未达一级", 1: "未达一级"}


def test_levels_by_scenes_at_their_bounds_cap_a_full_score(computed):
    rows, wanted = [], {}
    for level, (count, core, name) in NEEDED.items():
        cases = {"enough": (core, count - core), "one scene short": (core, count - core - 1)}
        # one constraint scene fewer and one other scene more
        cases["one constraint scene short"] = (core - 1, count - core + 1)
        for case, (of_core, of_others) in cases.items():
            subject = f"{level} {case}"
            rows.append(firm(subject, EVERYTHING, scenes(level, of_core, of_others)))
            wanted[subject] = name if case == "enough" else BELOW[level]
    assert assess(computed, rows).grades == wanted


def test_the_lower_of_score_and_scenes_counts(computed):
    rows = [firm("scenes", TO_80, scenes(2, 10, 6)), firm("score", TO_40, scenes(4, 10, 6))]
    assert assess(computed, rows).grades == {"scenes": "二级", "score": "二级"}


def test_the_two_readings_of_level_3_stand_side_by_side_and_the_common_one_is_the_usual(computed, book):
    rows = [firm("six and three", TO_80, scenes(3, 3, 3)), firm("eight and five", TO_80, scenes(3, 5, 3))]
    assert assess(computed, rows).grades == {"six and three": "二级", "eight and five": "三级"}
    assert assess(computed, rows, "2024.6-3").grades == {"six and three": "三级", "eight and five": "三级"}
    assert book.method("sme-digital").edition == "2024.8-5"


def test_an_unanswered_item_or_scene_is_unknown_unless_the_other_test_is_already_the_worst(computed):
    rows = [
        firm("item", EVERYTHING | {"systems": None}, scenes(4, 10, 6)),
        firm("scene", TO_80, scenes(4, 10, 6) | {"scene_people": None}),
    ]
    rows += [firm("worst", NOTHING, {}), firm("word", EVERYTHING | {"systems": "很多"}, scenes(4, 10, 6))]
    assert assess(computed, rows).grades == {"item": None, "scene": None, "worst": "未达一级", "word": None}


def test_the_2022_edition_grades_a_certified_score_with_lower_ends_included(computed):
    wanted = {
        "19.99": "未达一级",
        "20": "一级",
        "39.99": "一级",
        "40": "二级",
        "60": "三级",
        "79.99": "三级",
        "80": "四级",
        "none": None,
    }
    years = [{"enterprise": name, "year": 2023} for name in wanted]
    scores = [
        {"enterprise": name, "year": 2023, "scheme": "中小企业数字化水平（2022年版）", "score": name}
        for name in wanted
        if name != "none"
    ]
    result = computed("sme-digital", "2023", {"enterprise_year": years, "certified_score": scores}, "2022")
    assert result.grades == wanted


def test_maturity_levels_at_their_bounds_and_the_condition_on_the_level_below(computed):
    levels = {
        "0.79": ((0.79, 0, 0, 0, 0), "未达一级"),
        "0.8": ((0.8, 0, 0, 0, 0), "一级"),
        "1.7999": ((1, 0.7999, 0, 0, 0), "一级"),
        "1.8": ((1, 0.8, 0, 0, 0), "二级"),
        "2.8": ((1, 1, 0.8, 0, 0), "三级"),
        "3.8": ((1, 1, 1, 0.8, 0), "四级"),
        "4.8": ((1, 1, 1, 1, 0.8), "五级"),
        "3.55 of a public report": ((1, 1, 0.95, 0.6, 0), "三级"),
        "3.71 of a public report": ((1, 1, 0.98, 0.73, 0), "三级"),
        "level 2 not enough": ((1, 0.79, 1, 1, 1), "一级"),
    }
    rows = [
        {"enterprise": name, "year": 2024, **{f"level_{n}": str(one) for n, one in enumerate(scores, 1)}}
        for name, (scores, _) in levels.items()
    ]
    result = computed("cmmm", "2024", {"maturity_assessment": rows})
    assert result.grades == {name: level for name, (_, level) in levels.items()}
    assert result.figure("3.55 of a public report", "maturity") == "3.5500"
    assert result.figure("level 2 not enough", "maturity") == "1.7900"


FACTORY = {"year": 2025, "cmmm_level": 5, "secure": True, "organisation": True, "production_scene": True, "indicators_above": True, "provincial_lead": True, "national_lead": True, "global_lead": True, "digital_investment": "4000", "mountain_island": False, "digital_level": "3.0", "credit": "良好"}  # fmt: skip


def factories(computed, method, cases, events=(), scale="above"):
    rows = [{"enterprise": name, **FACTORY, **change} for name, change in cases.items()]
    tables = {"smart_factory": rows, "event": events}
    if method == "smart-factory":
        tables["enterprise_year"] = [{"enterprise": name, "year": 2025, "scale": scale} for name in cases]
    return computed(method, "2025", tables).grades


def test_smart_factories_climb_one_rung_at_a_time(computed):
    held = {"无": "基础级", "基础级": "先进级", "先进级": "卓越级", "卓越级": "领航级", "领航级": "领航级"}
    cases = {name: {"recognised_level": name} for name in held}
    cases |= {
        "maturity 3": {"recognised_level": "卓越级", "cmmm_level": 3},
        "maturity 2": {"recognised_level": "先进级", "cmmm_level": 2},
        "maturity 1": {"recognised_level": "卓越级", "cmmm_level": 1},
        "not decided": {"recognised_level": "先进级", "national_lead": None},
        "event": {"recognised_level": "无"},
        "old event": {"recognised_level": "无"},
    }
    events = [
        {"enterprise": "event", "date": "2023-01-01", "kind": "safety", "level": "larger"},
        {"enterprise": "old event", "date": "2022-12-31", "kind": "safety", "level": "larger"},
    ]
    wanted = held | {
        "maturity 3": "卓越级",
        "maturity 2": "先进级",
        "maturity 1": "暂不能申报",
        "not decided": None,
        "event": "暂不能申报",
        "old event": "基础级",
    }
    assert factories(computed, "smart-factory", cases, events) == wanted
    assert factories(computed, "smart-factory", {"small": {"recognised_level": "无"}}, scale="below") == {
        "small": "暂不能申报"
    }


def test_zhejiang_thresholds_are_lower_in_mountain_and_island_counties(computed):
    hills = {"mountain_island": True}
    cases = {
        "4000": ({}, "未来工厂试点"),
        "level 2.99": ({"digital_level": "2.99"}, "智能工厂"),
        "level 2.0": ({"digital_level": "2.0"}, "智能工厂"),
        "level 1.99": ({"digital_level": "1.99"}, "暂不能申报"),
        "3999.99": ({"digital_investment": "3999.99"}, "数字化车间"),
        "2000": ({"digital_investment": "2000"}, "数字化车间"),
        "1999.99": ({"digital_investment": "1999.99"}, "暂不能申报"),
        "hills 3000": ({"digital_investment": "3000", **hills}, "未来工厂试点"),
        "hills 2999.99": ({"digital_investment": "2999.99", **hills}, "数字化车间"),
        "hills 1500": ({"digital_investment": "1500", **hills}, "数字化车间"),
        "hills 1499.99": ({"digital_investment": "1499.99", **hills}, "暂不能申报"),
        "credit": ({"credit": "中等"}, "暂不能申报"),
        "place unknown": ({"digital_investment": "1800", "mountain_island": None}, None),
        "event": ({}, "暂不能申报"),
    }
    events = [{"enterprise": "event", "date": "2024-01-01", "kind": "environment", "level": "major"}]
    grades = factories(computed, "zhejiang.factories", {name: change for name, (change, _) in cases.items()}, events)
    assert grades == {name: grade for name, (_, grade) in cases.items()}


def test_future_factories_are_told_apart_by_form_and_wait_for_the_check_of_their_conditions(computed):
    base = {
        "year": 2024,
        "real_production": True,
        "sound_finance": True,
        "fits_policy": True,
        "dishonest": False,
        "built": True,
        "proof": True,
        "form_confirmed": True,
    }
    cases = {
        "ai": ({"form": "ai"}, "符合申报条件", "ai"),
        "chain": ({"form": "chain"}, "符合申报条件", "chain"),
        "ecology": ({"form": "ecology"}, "符合申报条件", "ecology"),
        "unchecked": ({"form": "ai", "form_confirmed": None}, None, "ai"),
        "dishonest": ({"form": "ai", "dishonest": True}, "不符合", "ai"),
        "no proof": ({"form": "ai", "proof": False}, "不符合", "ai"),
    }
    rows = [{"enterprise": name, **base, **change} for name, (change, *_) in cases.items()]
    result = computed("chongqing.future-factory", "2024", {"future_factory": rows})
    assert {name: (result.grades[name], result.rows[name]["population"]) for name in cases} == {
        name: (grade, form) for name, (_, grade, form) in cases.items()
    }


def test_software_pools_wait_for_a_person_where_the_conditions_could_not_be_read(computed):
    rows = [
        {"enterprise": "open", "year": 2024, "registered_city": True, "software_main": True},
        {"enterprise": "in", "year": 2024, "registered_city": True, "software_main": True, "pool_confirmed": True},
        {
            "enterprise": "elsewhere",
            "year": 2024,
            "registered_city": False,
            "software_main": True,
            "pool_confirmed": True,
        },
    ]
    for pool in ("software.qimingxing", "software.beidouxing"):
        result = computed(pool, "2024", {"software_firm": rows})
        assert result.grades == {"open": None, "in": "可入库", "elsewhere": "不符合"}
        assert result.rows["open"]["requirement__entry"] == "manual_review"


def test_a_model_firm_stands_at_all_four_bounds_and_falls_past_any(computed):
    bounds = {
        "revenue_to_november": "2000",
        "insured_staff": 15,
        "own_ip": 5,
        "registered_centre": True,
        "taxed_centre": True,
    }
    past = {
        "revenue_to_november": "1999.99",
        "insured_staff": 14,
        "own_ip": 4,
        "registered_centre": False,
        "taxed_centre": False,
    }
    rows = [{"enterprise": "all", "year": 2023, **bounds}] + [
        {"enterprise": name, "year": 2023, **bounds, name: value} for name, value in past.items()
    ]
    grades = computed("software.model-firm", "2023", {"software_firm": rows}).grades
    assert grades == {"all": "符合"} | dict.fromkeys(past, "不符合")


def test_software_tiers_of_2019_at_their_bounds(computed):
    # revenue of three years, R&D, staff, profit of three years (latest first), copyrights
    cases = {
        "leader": (("10000", "10000", "10000"), "1000", 300, (1, -1, 1), 10, "龙头"),
        "two losses": (("10000", "10000", "10000"), "1000", 300, (-1, -1, 1), 10, "创新"),
        "two old losses": (("10000", "10000", "10000"), "1000", 300, (1, -1, -1), 10, "创新"),
        "growing": (("1690", "1300", "1000"), "202.8", 30, (1, 1, 1), 5, "成长"),
        "slower": (("1689.99", "1300", "1000"), "210", 30, (1, 1, 1), 5, "创新"),
        "29 staff": (("1690", "1300", "1000"), "210", 29, (1, 1, 1), 5, "创新"),
        "small": (("499.99", "400", "300"), "100", 10, (1, 1, 1), 5, "不入档"),
    }
    years, profiles = [], []
    for name, (revenue, rd, staff, profit, copyrights, _) in cases.items():
        for back in range(3):
            years.append(
                {
                    "enterprise": name,
                    "year": 2019 - back,
                    "industry": "6513",
                    "revenue": revenue[back],
                    "rd": rd,
                    "staff": staff,
                    "profit": profit[back],
                }
            )
        profiles.append(
            {"enterprise": name, "year": 2019, "copyrights": copyrights, "rd_unit": True, "tier_confirmed": True}
        )
    result = computed("software.tiers", "2019", {"enterprise_year": years, "software_firm": profiles})
    assert result.grades == {name: case[-1] for name, case in cases.items()}


@pytest.mark.parametrize(("on", "name"), [("2024-11-20", "AI领航"), ("2024-11-21", "AI赋能示范型")])
def test_the_forms_of_future_factories_have_the_name_of_the_day(book, on, name):
    codes = {
        one.code: one
        for one in book.get("taxonomy", "chongqing.future-factory").codes
        if str(one.from_) <= on <= str(one.to or "9999-12-31")
    }
    assert codes["ai"].name == name
    assert set(codes) == {"ai", "chain", "ecology"}
