"""A rule's indicators as a table: against the published notice of a district, and by kinds of score."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiqun.methods.wording.indicators import Group, indicator_groups
from jiqun.methods.wording.rule import newest_plan
from jiqun.methods.wording.voice import Voice
from jiqun.packs import load


@pytest.fixture(scope="module")
def book():
    return load(Path(__file__).resolve().parents[2] / "packs")


def groups(book, id_: str, edition: str | None = None) -> list[Group]:
    method = book.method(id_, edition)
    return list(indicator_groups(Voice(newest_plan(method, book), "zh", book)))


def test_the_table_of_huangyan_says_what_its_notice_for_2022_says(book):
    above, below = groups(book, "per-mu.huangyan")
    assert [(one.weight, one.held[0].words.partition("（")[0]) for one in above.indicators] == [
        ("30", "24.097"), ("20", "136.16"), ("20", "2.694"), ("10", "4,929.81"), ("10", "18.14"), ("10", "0.0302"),
    ]  # fmt: skip
    assert [(one.weight, one.held[0].words.partition("（")[0]) for one in below.indicators] == [
        ("50", "11.5932"), ("50", "0.2352"),
    ]  # fmt: skip
    assert (above.sum, below.sum, above.is_share) == ("100", "100", False)
    emission = above.indicators[3]
    assert emission.unit == "万元/当量吨" and "平均得分" in emission.missing, (
        "no emission data → the mean score of the item"
    )
    assert {one.direction for one in above.indicators} == {"higher"} and not above.indicators[0].bounds
    assert above.indicators[0].formula == "实缴税金 ÷ 用地面积" and "÷ 基准值 × 30" in above.indicators[0].points


def test_an_illustrative_rule_has_no_number_from_a_document(book):
    found = [one for group in groups(book, "per-mu.chongqing-template") for one in group.indicators]
    assert {one.birth for one in found} == {"illustrative"} == {held.birth for one in found for held in one.held}
    assert {one.bounds for one in found} == {("最高为权重的 1.5 倍", "最低 0 分")}


def test_shares_of_a_mean_are_said_as_shares_and_not_summed(book):
    shares = [group for group in groups(book, "new-quality.chongqing") if group.is_share]
    assert shares and all(not group.sum for group in shares)
    assert all(one.weight.endswith("%") for group in shares for one in group.indicators if one.weight)


def test_codes_of_firms_are_named_where_the_evaluated_table_itself_has_no_such_column(book):
    view = Voice(newest_plan(book.method("sme-digital"), book), "zh", book).classification("industry")
    assert view is not None and view.codes["1331"].name == "食用植物油加工"
