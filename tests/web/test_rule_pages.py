"""The page of a rule: its indicators in a table, the rest beside the clauses, the navigation around it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("who", ["analyst", "firm"])
def test_every_indicator_stands_in_the_table_and_its_clause_points_there(as_user, who):
    answer = as_user(who).get("/rules/per-mu.chongqing-template/")
    page = answer.content.decode()
    (above, below) = answer.context["indicators"]
    assert (len(above.indicators), above.sum, len(below.indicators)) == (6, "100", 1)
    assert "7 项指标见上表" in page and page.count("越高得分越高") == 7
    assert all(f"{one.formula}<br><small>得分：" in page for one in above.indicators)
    assert [row.section for one in answer.context["articles"] for row in one.rows].count("指标、权重与基准") == 0
    assert 'href="/todo/"' in page and "企业与用地" in page, "the navigation is there"


def test_a_rule_without_scores_has_no_table(as_user):
    answer = as_user("analyst").get("/rules/above-scale/")
    assert answer.context["indicators"] == () and 'id="indicators"' not in answer.content.decode()


def test_the_list_counts_rules_read_in_part_that_a_signer_may_accept(as_user):
    page = as_user("analyst").get("/rules/")
    listed = as_user("analyst").get("/rules/?status=in_force&completeness=partial").context["rows"]
    assert listed and page.context["partial"] == len(listed)
    assert f"现行、只读到一部分的 <b>{len(listed)}</b> 份，签发人逐条认可疑义后也可出正式结果" in page.content.decode()
