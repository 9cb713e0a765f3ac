"""Whom an open report could mean: likely names first, earlier ones too, and it is said which name is alike."""

from __future__ import annotations

import polars as pl
from tests.ledger.conftest import ENTERPRISE, YEARLY, Bring
from tests.ledger.test_identity import REGISTER, YUBEI, A, B

from jiqun.ledger import Workspace, latest, open_questions
from jiqun.ledger.candidates import candidates


def test_candidates_come_best_first_and_a_masked_name_finds_what_fits_its_letters() -> None:
    asked = pl.DataFrame(
        [("1", "重庆长江精蜜机械有限公司", YUBEI), ("2", "重庆长江**机械有限公司", YUBEI), ("3", "毫不相干", YUBEI)],
        schema=["reported", "name", "district"],
        orient="row",
    )
    found = candidates(asked, REGISTER)
    assert found.filter(reported="1").row(0)[1] == A and found.filter(reported="1")["score"][0] >= 80
    assert found.filter(reported="2").row(0)[1::3] == (A, 90)
    assert found.filter(reported="3").is_empty()


def test_a_firm_is_a_candidate_by_its_earlier_names_too_and_it_is_said_which(
    workspace: Workspace, bring: Bring
) -> None:
    asked = pl.DataFrame(
        [("1", "重庆长江机械一厂", None), ("2", "重庆长江精密机械公司", None), ("3", "长江精＊有限公司", None)],
        schema={"reported": pl.String, "name": pl.String, "district": pl.String},
        orient="row",
    )
    found = candidates(asked, REGISTER).select("reported", "enterprise", "name", "by").rows()
    now = "重庆长江精密机械有限公司"
    assert found == [("1", A, now, "重庆长江机械厂"), ("2", A, now, None), ("3", A, now, "长江精工有限公司")]
    bring(ENTERPRISE, [{"enterprise": B, "name": "渝东铸锻厂", "district": YUBEI}])
    bring(ENTERPRISE, [{"enterprise": B, "name": "华兴电子有限公司", "district": YUBEI}])
    bring(YEARLY, [{"enterprise": None, "name": "渝东铸锻一厂", "year": 2024, "tax": 1.0}])
    ((one,),) = (question.candidates for question in open_questions(latest(workspace)))
    assert (one.enterprise, one.name, one.by) == (B, "华兴电子有限公司", "渝东铸锻厂")
