"""Which intellectual property counts: class I exclusions, levels of points, and counts that may still be decided."""

from __future__ import annotations

from datetime import date


def points(judge_all, firm, method, edition, rights):
    return judge_all(method, edition, [firm(ip_right=one) for one in rights])


def test_class_one_rights_score_by_what_is_known_of_the_best_of_them(judge_all, firm, right):
    rights = [
        [right(1, high_value=True)], [right(1)], [right(1, own_developed=False)], [],
        [right(1, **{"class": "2"}, kind="软件著作权", granted_on=None)],
        [right(1, **{"class": "2"}, kind="实用新型专利", granted_on=date(2023, 12, 31))],
        [right(1, **{"class": "2"}, kind="实用新型专利", granted_on=date(2024, 1, 1))],
        [right(1, in_use=False)], [right(1, in_use=None)], [right(1, high_value=None)],
        [right(1, high_value=None), right(2, high_value=True)],
    ]  # fmt: skip
    found = points(judge_all, firm, "sme.innovative", "2022", rights)
    assert [one["ip_points"] for one in found] == [20, 15, 10, 0, 5, 5, 0, 0, None, None, 20]
    found = points(judge_all, firm, "sme.specialised", "2022", rights)
    assert [one["ip_points"] for one in found] == [10, 8, 6, 0, 2, 2, 0, 0, None, None, 10]


def test_a_right_transferred_less_than_a_year_before_does_not_count(judge_all, firm, right):
    bought = {"own_developed": False, "transferred": True}
    rights = [
        [right(1, **bought, transferred_on=date(2024, 12, 31))],
        [right(1, **bought, transferred_on=date(2025, 1, 1))],
        [right(1, **bought, transferred_on=None)],
    ]
    found = points(judge_all, firm, "sme.innovative", "2022", rights)
    assert [one["ip_points"] for one in found] == [10, 0, None]


def test_no_rights_is_zero_and_no_table_of_rights_is_unknown(judge, firm):
    assert judge("sme.innovative", "2022", firm(ip_right=[]))["ip_points"] == 0
    assert judge("sme.innovative", "2022", firm(ip_right=None))["ip_points"] is None


def test_little_giants_need_two_rights_in_use_under_the_rule_of_2022(judge_all, firm, right):
    rights = [
        [right(1), right(2)], [right(1)], [right(1), right(2), right(3, in_use=None)], [right(1), right(2, in_use=None)],
        [right(1), right(2, in_use=False)], [right(1), right(2, transferred=True, transferred_on=date(2025, 6, 1))],
        [right(1), right(2, transferred=True, transferred_on=None)],
    ]  # fmt: skip
    found = points(judge_all, firm, "sme.little-giant", "2022", rights)
    assert [one["ip"] for one in found] == ["met", "unmet", "met", "unknown", "unmet", "unmet", "unknown"]


def test_little_giants_need_four_own_rights_with_an_owner_in_the_first_three_under_the_rule_of_2026(
    judge_all, firm, right
):
    four = [right(number) for number in range(4)]
    old = right(3, transferred=True, transferred_on=date(2015, 1, 1), own_developed=False)
    rights = [
        four, four[:3], [*four[:3], old], [*four[:3], right(3, owner_rank=3)], [*four[:3], right(3, owner_rank=4)],
        [*four[:3], right(3, owner_rank=None)], [*four, right(5, owner_rank=None)],
    ]  # fmt: skip
    found = points(judge_all, firm, "sme.little-giant", "2026", rights)
    assert [one["ip"] for one in found] == ["met", "unmet", "unmet", "met", "unmet", "unknown", "met"]


def test_awards_of_the_last_three_years_exempt_from_the_rights(judge_all, firm):
    def award(**changes):
        row = {
            "enterprise": "",
            "name": "国家科学技术进步奖",
            "kind": "sci_tech",
            "level": "state",
            "place": 3,
            "date": date(2023, 1, 1),
        }
        return firm(ip_right=[], award=[row | changes])

    firms = [
        award(),
        award(place=4),
        award(date=date(2022, 12, 31)),
        award(level="province"),
        award(kind="maker_china"),
    ]
    giants = judge_all("sme.little-giant", "2026", firms)
    assert [one["ip_or_exempt"] for one in giants] == ["met", "unmet", "unmet", "unmet", "unmet"]
    # 省级以上前三，或省级以上研发机构（示例企业有省级研发机构，先去掉）
    for one in firms:
        one["sme_profile"][0]["rd_body"] = "city"
    specialised = judge_all("sme.specialised", "2026", firms)
    assert [one["ip_or_exempt"] for one in specialised] == ["met", "unmet", "unmet", "met", "unmet"]


def test_technology_smes_count_class_two_rights(judge_all, firm, right):
    second = {"class": "2", "kind": "实用新型专利"}
    rights = [[right(number, **second) for number in range(count)] for count in range(6)] + [[right(9)]]
    found = points(judge_all, firm, "sme.tech", None, rights)
    assert [one["results_points"] for one in found] == [0, 6, 12, 18, 24, 24, 30]
