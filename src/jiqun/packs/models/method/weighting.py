"""How the weights of a node come about where they are not written: equal, from the cohort, from judgements."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from jiqun.packs.models.base import Model, UnfitError
from jiqun.packs.models.method.shared import Clause, Digits, Listed, exactly_one
from jiqun.values import exact

_JUDGED = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}|/[0-9]{1,6})?")  # no exponent: 1e999999999 would fill the memory
MOST_COMPARED = 10  # Saaty's random indices end here


def _judgement(value: Any) -> Any:
    """Read `3` or `1/3`: one part is so many times as important as another."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise UnfitError("判断值写成 3 或 1/3", "a judgement is written as 3 or 1/3")
    written = text.replace(" ", "")
    if not _JUDGED.fullmatch(written) or not all(exact(part) > 0 for part in written.split("/")):
        raise UnfitError(f"判断值写成 3 或 1/3，写的是 {text}", f"a judgement is written as 3 or 1/3, found {text}")
    return text


Judgement = Annotated[str, BeforeValidator(_judgement)]


class Entropy(Model):
    """w = (1 − e) ÷ Σ (1 − e) with e = −Σ p·ln p ÷ ln n over the n members; 0·ln 0 = 0.

    `share`: p = x ÷ Σx of the values as they are (none may be negative); `min_max`: of (x − min) ÷ (max − min).
    """

    of: Literal["share", "min_max"]


class Ahp(Model):
    """Pairwise judgements, a row and a column for each part in the order of `of` (Saaty 1977)."""

    matrix: Listed[Listed[Judgement]]
    by: Literal["eigenvector", "geometric_mean", "column_mean"]  # 特征根法、方根法、和积法

    @model_validator(mode="after")
    def _reciprocal(self) -> Self:
        size = len(self.matrix)
        if size > MOST_COMPARED or any(len(row) != size for row in self.matrix):
            raise UnfitError(
                f"判断矩阵是方阵，最多 {MOST_COMPARED} 行", f"judgements are a square of at most {MOST_COMPARED} rows"
            )
        cells = self.judgements
        for i in range(size):
            for j in range(size):
                if cells[i][j] * cells[j][i] != 1:
                    raise UnfitError(
                        f"第 {i + 1} 行第 {j + 1} 列与第 {j + 1} 行第 {i + 1} 列不互为倒数",
                        f"row {i + 1} column {j + 1} and row {j + 1} column {i + 1} are not reciprocal",
                    )
        return self

    @property
    def judgements(self) -> tuple[tuple[Fraction, ...], ...]:
        return tuple(tuple(Fraction(cell.replace(" ", "")) for cell in row) for row in self.matrix)


class Weighting(Model):
    """One way to weigh the parts of a node; computed weights are rounded half-up to `digits` before they are used.

    critic: w ∝ s·Σ (1 − r), the sample standard deviation of the min–max values times what the other parts do not say.
    """

    equal: Literal[True] | None = None
    entropy: Entropy | None = None
    critic: Literal[True] | None = None
    ahp: Ahp | None = None
    digits: Digits = 6
    clause: Clause | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        exactly_one(self, "equal", "entropy", "critic", "ahp")
        return self

    @property
    def from_cohort(self) -> bool:
        """Tell whether the weights depend on the figures of others."""
        return self.entropy is not None or self.critic is not None
