"""How figures become points: the score kinds, nodes and totals."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from jiqun.packs.models.base import Completeness, Model, Num, UnfitError
from jiqun.packs.models.method.shared import Clause, Digits, Formula, Listed, Some, exactly_one
from jiqun.packs.models.method.weighting import Weighting
from jiqun.values import exact


class Band(Model):
    """Points for an interval whose ends say whether they belong to it."""

    at_least: Num | None = None
    more_than: Num | None = None
    at_most: Num | None = None
    less_than: Num | None = None
    points: Num

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.at_least is not None and self.more_than is not None:
            raise UnfitError(
                "一档只有一个下限：at_least 或 more_than", "a band has one lower end: at_least or more_than"
            )
        if self.at_most is not None and self.less_than is not None:
            raise UnfitError("一档只有一个上限：at_most 或 less_than", "a band has one upper end: at_most or less_than")
        return self


class Ratio(Model):
    """points = weight × value ÷ benchmark; reversed: weight × benchmark ÷ value. Below `least` of it no points."""

    to: str
    reversed: bool = False
    least: Num | None = None  # 完成率低于 60% 的不得分


class Around(Model):
    """points = weight × (zero_at − value ÷ benchmark) ÷ zero_at, never below 0 (lower is better)."""

    benchmark: str
    zero_at: Num = "2"


class Between(Model):
    """points = weight × (start + (end − start) × (value − low) ÷ (high − low)) ÷ 100, held inside start…end if `clamp`.

    Min–max with floor (20…100), base-to-leading (基准值→引领值) and 功效系数 (60…100) are this with their own ends; low
    above high reverses the direction. A cohort with low = high gives `flat` per cent.
    """

    low: str
    high: str
    start: Num = "0"
    end: Num = "100"
    clamp: bool = True
    flat: Num | None = None
    below: Num | None = None  # per cent for what is worse than `low`, where that is not `start` (未达基本要求的不得分)


class Efficacy(Model):
    """Five-level efficacy coefficient (企业绩效评价标准值).

    points = weight × [k_low + (x − s_low) ÷ (s_up − s_low) × (k_up − k_low)].

    `standards` are benchmarks from best to worst; at or above the best: its coefficient; below the worst: `below`.
    """

    standards: Some[str]
    coefficients: Listed[Num] = ("1", "0.8", "0.6", "0.4", "0.2")
    below: Num = "0"


class Rank(Model):
    """Points by the rank over a cohort; ties share the better rank. One of four forms:

    weight × (last + (100 − last) × (N − rank) ÷ (N − 1)) ÷ 100, the weight where N = 1; `by_count`: weight ×
    (N − rank + 1) ÷ N; `step`: weight − step × (rank − 1); `places`: points of the first places, then `beyond`.
    """

    over: Listed[str] = ("population",)
    order: Literal["descending", "ascending"] = "descending"
    last: Num = "0"
    by_count: bool = False
    step: Num | None = None
    places: Listed[Num] = ()
    beyond: Num = "0"

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum((exact(self.last) != 0, self.by_count, self.step is not None, bool(self.places))) > 1:
            raise UnfitError(
                "last、by_count、step、places 只能写一种", "only one of last, by_count, step and places is written"
            )
        if exact(self.beyond) != 0 and not self.places:
            raise UnfitError("beyond 只和 places 一起写", "beyond belongs to places")
        return self


class Count(Model):
    """points = start + each × floor(value ÷ every), at most `cap`; `each` is negative where points are lost."""

    each: Num
    every: Num = "1"
    start: Num = "0"
    cap: Num | None = None


class Options(Model):
    """Points of the options named (text, separated by ; or 、), at most `cap`; an option in `zeroing` makes it 0."""

    points: dict[str, Num]
    cap: Num | None = None
    zeroing: Listed[str] = ()


class Flag(Model):
    """Points if a condition is true, else `otherwise`."""

    where: Formula
    points: Num
    otherwise: Num = "0"


class Case(Model):
    """Points where a condition is true; the title is what the rule says in its own words."""

    where: Formula
    points: Num
    title: str = ""
    title_en: str = ""


class Cases(Model):
    """Points of the first case whose condition is true; unknown where a case before it is unknown."""

    of: Some[Case]
    otherwise: Num = "0"


class Score(Model):
    """Points of one item. The measure is the one of the same name unless `measure` says otherwise."""

    title: str = ""
    title_en: str = ""
    measure: str | None = None
    weight: Num = "100"
    digits: Digits
    ratio: Ratio | None = None
    around: Around | None = None
    between: Between | None = None
    efficacy: Efficacy | None = None
    bands: Some[Band] | None = None
    rank: Rank | None = None
    count: Count | None = None
    options: Options | None = None  # over a text column or input named by `measure`
    flag: Flag | None = None
    cases: Cases | None = None
    value: bool | None = None  # points = weight × value ÷ 100
    choice: Choice | None = None
    cap: Num | None = None  # most points, in points
    cap_times: Num | None = None  # most points, in multiples of the weight
    floor: Num | None = None  # fewest points, in points
    not_positive: Num | None = None  # points where the value is zero or negative, if the rule says so
    missing: Literal["unknown", "cohort_mean_score"] | Num = "unknown"
    missing_clause: Clause | None = None  # where `missing` stands in a clause of its own
    clause: Clause | None = None
    completeness: Completeness | None = None  # where weight or form is less sure than the clause they stand under

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        exactly_one(self, *SCORE_KINDS)
        if exact(self.weight) < 0:
            raise UnfitError(
                f"权重不能是负数，写的是 {self.weight}；越低越好的指标请用 reversed 等写法",
                f"a weight is not negative, found {self.weight}; where less is better say so with reversed or the like",
                ("weight",),
            )
        return self

    @property
    def kind(self) -> str:
        return next(name for name in SCORE_KINDS if getattr(self, name) is not None)


SCORE_KINDS = (
    "ratio", "around", "between", "efficacy", "bands", "rank", "count", "options", "flag", "cases", "value", "choice",
)  # fmt: skip


class Choice(Model):
    """The applicant's recorded choice between items: `by` is a text column; undeclared is unknown, never the higher."""

    by: str
    options: dict[str, Score]


Score.model_rebuild()


class Node(Model):
    """A mean, sum or extreme over scores or other nodes, keyed by name; or a comparison with the whole cohort.

    topsis: closeness d⁻ ÷ (d⁺ + d⁻) to the cohort's best and worst after x ÷ √Σx²; grey: Σ w·γ ÷ Σ w with
    γ = ρ ÷ (Δ + ρ), Δ the distance of the min–max value from the best.
    """

    title: str = ""
    title_en: str = ""
    take: Literal["sum", "arithmetic", "geometric", "harmonic", "min", "max", "topsis", "grey"] = "sum"
    of: Some[str]
    weights: dict[str, Num] | None = None
    weighting: Weighting | None = None  # weights that are not written: equal, entropy, critic, ahp
    over: Listed[str] = ("population",)  # the cohort that weights, topsis and grey look at
    lower: Listed[str] = ()  # topsis, grey: parts where less is better
    rho: Num = "0.5"  # grey: distinguishing coefficient ρ
    missing: Literal["unknown", "available"] = "unknown"  # available: means divide by Σ weights of what is there
    least_share: Num = "0"  # share of weight that must be available
    best: int | None = None  # sums and means: only so many parts count, the greatest ones (取得分最高的两项)
    cap: Num | None = None
    floor: Num | None = None
    digits: Digits
    clause: Clause | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.best is not None and not 1 <= self.best < len(self.of):
            raise UnfitError(
                f"best 是 1 到 {len(self.of) - 1} 之间的项数", f"best lies between 1 and {len(self.of) - 1} parts"
            )
        if self.best is not None and (self.take in ("min", "max") or self.compares or self.weights or self.weighting):
            raise UnfitError("best 只用于不写权重的和与平均", "best belongs to sums and means without weights")
        if self.weights is not None and self.weighting is not None:
            raise UnfitError("weights 和 weighting 只能写一个", "a node has either weights or weighting")
        if self.take in ("min", "max") and (self.weights is not None or self.weighting is not None):
            raise UnfitError(
                f"{self.take} 只取其中一项的原值，权重没有意义",
                f"{self.take} takes one part as it is: weights have no meaning there",
            )
        judged = self.weighting.ahp if self.weighting is not None else None
        if judged is not None and len(judged.matrix) != len(self.of):
            raise UnfitError(
                f"判断矩阵要有 {len(self.of)} 行，每个组成部分一行",
                f"the judgements need a row for each of the {len(self.of)} parts",
            )
        if self.compares and self.missing == "available":
            raise UnfitError(
                f"{self.take} 要用到每一项，missing 只能是 unknown",
                f"{self.take} needs every part: missing must be unknown",
            )
        if not self.compares and self.lower:
            raise UnfitError(
                "lower 只用于 topsis 和 grey；其他情况请先把指标反向",
                "`lower` belongs to topsis and grey; elsewhere turn the measure round before",
            )
        if set(self.lower) - set(self.of):
            raise UnfitError("lower 里的名称必须在 of 里", "`lower` names parts of the node")
        if not 0 < exact(self.rho) <= 1:
            raise UnfitError("rho 要大于 0、不大于 1", "rho lies above 0 and at most at 1")
        return self

    @property
    def compares(self) -> bool:
        """Tell whether a member's value is its distance from others."""
        return self.take in ("topsis", "grey")

    @property
    def of_cohort(self) -> bool:
        """Tell whether the node looks at the figures of others."""
        return self.compares or (self.weighting is not None and self.weighting.from_cohort)


class Addition(Model):
    """Bonus or deduction: `points` counted if `where` holds; an unknown condition gives none, and that is said."""

    title: str
    title_en: str = ""
    points: Formula
    where: Formula | None = None
    digits: Digits = 4
    cap: Num | None = None
    clause: Clause | None = None


class Total(Model):
    """total = (take over scores or nodes) × factor + Σ bonuses − Σ deductions, rounded half-up to `digits`."""

    title: str = "总分"
    title_en: str = "Total"
    of: Some[str] | None = None  # all scores of the population where left out
    take: Literal["sum", "arithmetic", "geometric", "harmonic", "min", "max"] = "sum"
    factor: Formula | None = None
    factor_digits: Digits = 6
    bonuses: dict[str, Addition] = {}
    bonus_cap: Num | None = None
    deductions: dict[str, Addition] = {}
    deduction_cap: Num | None = None
    cap: Num | None = None
    floor: Num | None = None
    digits: Digits
    clause: Clause | None = None
