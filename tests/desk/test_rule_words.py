"""Titles and clauses of a rule's benchmarks and entitlements, changed in its text and nowhere else."""

from __future__ import annotations

import pytest
import yaml

from jiqun.desk.drafts.rule_words import rule_words, with_rule_words

TEXT = """id: x
benchmarks:  # 基准
  mean: {statistic: {take: mean, measure: tax}, digits: 4, clause: 旧条}
entitlements:
  price:
    title: 加价
    grades: [D]  # 只对D
  relief: {title: 减免, title_en: Relief}
total: {digits: 2}
"""


def test_words_are_replaced_or_put_in_where_they_belong_and_the_rest_stays_as_written() -> None:
    names = {one.name: one.text for one in rule_words(TEXT)}
    assert names["benchmarks/mean/clause"] == "旧条" and names["entitlements/price/clause"] == ""
    changed = {
        "benchmarks/mean/clause": "附件2-1",
        "benchmarks/mean/title": "均值",
        "entitlements/price/clause": "第九条：甲",
    }
    made = with_rule_words(
        TEXT, {**changed, "entitlements/relief/title": "税收减免", "entitlements/relief/title_en": ""}
    )
    said = yaml.safe_load(made)
    assert said["benchmarks"]["mean"] == {
        **yaml.safe_load(TEXT)["benchmarks"]["mean"],
        "clause": "附件2-1",
        "title": "均值",
    }
    assert said["entitlements"]["price"] == {"title": "加价", "grades": ["D"], "clause": "第九条：甲"}
    assert said["entitlements"]["relief"] == {"title": "税收减免", "title_en": "Relief"}
    assert "# 基准" in made and "# 只对D" in made and said["total"] == {"digits": 2}
    assert with_rule_words(TEXT, dict(names.items())) == TEXT


def test_an_entry_that_the_rule_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="benchmarks/none/clause"):
        with_rule_words(TEXT, {"benchmarks/none/clause": "x"})
