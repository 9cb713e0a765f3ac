"""What advice says of a grade that a list or a condition moved after the ranking, and what a better rank comes to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jiqun.desk.moved_grade import MovedGrade, moved_words
from jiqun.methods.exact.moves import Listing
from jiqun.packs.models.method import Move

MOVES = {
    "raised": Move(title="提档", move="raise", listed="raise"),
    "lowered": Move(title="降档", move="lower", listed="lower"),
    "fixed": Move(title="定档", move="fix", listed="fix"),
    "veto": Move(title="一票否决", move="veto", to="D", listed="veto"),
    "grave": Move(title="重大事故", move="veto", to="D", where="accident"),
    "capped": Move(title="能耗限制", move="not_above", to="B", where="hungry"),
}
RUN: Any = SimpleNamespace(plan=SimpleNamespace(method=SimpleNamespace(moves=MOVES, exceptions={})))
VOICE: Any = SimpleNamespace(pick=lambda zh, en, *more: zh)


def moved(move: str, ranked: str, final: str, **listing: Any) -> MovedGrade:
    row = {"firm": "a", "move": move, "from": ranked, "to": final, "reason": "理由", "document": "示函 1 号"}
    kind = MOVES[move].listed
    listed = {("a", kind): Listing(**listing)} if kind and listing else {}
    return MovedGrade(ranked, final, "firm", ("A", "B", "C", "D"), [row], listed)


@pytest.mark.parametrize(
    ("of", "better", "final"),
    [
        (moved("raised", "C", "B"), "B", "A"),
        (moved("raised", "B", "A"), "A", "A"),
        (moved("raised", "D", "B", steps=2), "C", "A"),
        (moved("raised", "C", "A", grade="A"), "B", "A"),
        (moved("lowered", "B", "C"), "A", "B"),
        (moved("lowered", "D", "D", steps=1), "C", "D"),  # the log shows no step: there is none below D
        (moved("lowered", "C", "D", steps=2), "B", "D"),
        (moved("fixed", "C", "B", grade="B"), "A", "B"),
        (moved("veto", "B", "D"), "A", "D"),
        (moved("grave", "B", "D"), "A", "D"),
        (moved("capped", "A", "B"), "A", "B"),
    ],
)
def test_a_better_rank_comes_to_what_the_moves_leave_of_it(of: MovedGrade, better: str, final: str) -> None:
    assert of.with_moves(RUN, better) == final


def test_the_words_name_the_grade_of_the_rule_the_document_and_what_would_change_it() -> None:
    (raised,) = moved_words(RUN, VOICE, moved("raised", "B", "A"))
    assert raised.startswith("提档（示函 1 号）把档次由 B 调为 A。") and "没有名单，按名次为 B" in raised
    (lowered,) = moved_words(RUN, VOICE, moved("lowered", "D", "D"))
    assert lowered == "降档（示函 1 号）没有改变档次，仍为 D。名单在，按名次升了档也要照样降。"
    (vetoed,) = moved_words(RUN, VOICE, moved("veto", "B", "D"))
    assert "改数据升不了档；整改后由出具示函 1 号的单位移出名单，才按名次为 B" in vetoed
    (fixed,) = moved_words(RUN, VOICE, moved("fixed", "C", "B"))
    assert "本年度档次由文件定，改数据不影响它" in fixed and "按名次为 C" in fixed
    (grave,) = moved_words(RUN, VOICE, moved("grave", "B", "D"))
    assert "办法规定的，所依据的情形变了才会变" in grave
