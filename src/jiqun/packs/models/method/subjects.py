"""Who is evaluated and on which figures: inputs, populations, special treatments, measures, benchmarks."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from jiqun.packs.models.base import Code, Day, Model, Num, Stated, UnfitError
from jiqun.packs.models.method.shared import Clause, Digits, Formula, Listed, Some, exactly_one
from jiqun.values import exact


class Evaluates(Model):
    """What is evaluated: each subject of a table in a period."""

    table: str = "enterprise_year"
    subject: str = "enterprise"
    per: Literal["year", "quarter", "month", "once"] = "year"


class Classes(Model):
    """A named set of codes: every code at or under the given ones, in the edition valid on the evaluated date."""

    taxonomy: str
    under: Some[Code]
    title: str = ""
    clause: Clause | None = None


class Repeats(Model):
    """Whether another row of the whole table, whoever's it is, has the same values in `by` (one invoice, one grant).

    `among` says which other rows count; a row whose `among` is unknown, or whose `by` is missing, leaves it unknown.
    """

    by: Listed[str]
    keep: Literal["single", "repeated"]
    among: Formula | None = None


class Beside(Model):
    """What a column was in the subject's row of so many of the table's own periods before (上年同月: 12 months)."""

    column: str
    earlier: int = Field(ge=1)


class Rollup(Model):
    """One value per subject from its related rows in another table.

    `newest` takes `of` from the latest row that counts, by `date_column` or by the table's period (最近一次检查的结果).
    `distinct` counts different values of `of`; `in_a_row` counts the periods in a row, up to the last one of the span,
    in which a row fulfils `where`, `longest_in_a_row` those of the longest such row. A period without a row is unknown
    there from the subject's first row on, unless `no_rows: 0` or the table's `when_empty: none` says it means none.
    """

    table: str
    take: Literal["count", "distinct", "sum", "mean", "max", "min", "any", "newest", "in_a_row", "longest_in_a_row"]
    of: Formula | None = None
    where: Formula | None = None
    beside: dict[str, Beside] = {}  # names for figures of the subject's earlier rows, beside those of the row
    repeats: Repeats | None = None  # keep only rows that stand alone, or only rows that have a twin
    by: str | None = None  # column that names the subject; the subject's own column name where left out
    key: str | None = (
        None  # the subject's column that `by` must equal (a shared parcel, a landlord); itself if left out
    )
    rows: Literal["same_period", "up_to_period", "before_period", "all"] = "all"
    date_column: str | None = None  # needed unless `rows` is all in a table without a year column
    digits: Digits = 6  # sums, means and extremes are rounded half-up to this many decimals
    periods: int = 1  # same_period: this one and those before, so many together (近三年)
    per: Literal["year", "quarter", "month"] | None = None  # in_a_row: which periods; those of the table if left out
    reaches: int | None = None  # in_a_row: whether so many periods are reached, true or false, in place of how many
    best: int | None = None  # sum and mean: only this many of the greatest figures count (取最高的三项)
    each: Listed[str] = ()  # best: so many of the rows with the same values here (同一成果只计最高的一次)
    no_rows: Num | None = None  # sums, means, extremes: what no row that counts means; unknown where left out

    @model_validator(mode="after")
    def _fits_what_is_taken(self) -> Self:
        if self.best is not None and (self.take not in ("sum", "mean") or self.best < 1):
            raise UnfitError(
                "best 写的是只计最高的几条，至少 1，只用于 sum 和 mean",
                "best says how many of the greatest count, at least 1, and belongs to sum and mean",
            )
        self._counts_periods()
        if self.each and self.best is None:
            raise UnfitError(
                "each 写的是每个什么各计几条，要和 best 一起写", "each says of what the best count; it needs best"
            )
        if self.periods != 1 and (self.rows != "same_period" or self.periods < 1):
            raise UnfitError(
                "periods 写的是本期连同以前共几期，至少 1，只用于 rows: same_period",
                "periods says how many up to this one, at least 1, and belongs to rows: same_period",
            )
        if self.in_a_row and self.no_rows is not None and exact(self.no_rows) != 0:
            raise UnfitError(
                "连续几期里没有记录的一期只能按没有计（no_rows: 0）",
                "of periods in a row one without a row can only count as none (no_rows: 0)",
            )
        if self.beside and self.date_column is not None:
            raise UnfitError(
                "beside 按表自己的期（年、季、月）往前找，不和 date_column 一起写",
                "beside looks back by the table's own periods and does not go with date_column",
            )
        if self.no_rows is not None and self.take in ("count", "distinct", "any"):
            raise UnfitError(
                f"{self.take} 没有记录时本来就是{'否' if self.take == 'any' else ' 0'}，不写 no_rows",
                f"{self.take} over no rows is {'false' if self.take == 'any' else '0'} anyway and has no no_rows",
            )
        return self

    @property
    def in_a_row(self) -> bool:
        """Whether periods that follow each other are counted."""
        return self.take in ("in_a_row", "longest_in_a_row")

    def _counts_periods(self) -> None:
        if self.in_a_row and (self.where is None or self.rows == "all" or self.of is not None):
            raise UnfitError(
                "连续几期要写 where（什么情况算）和 rows（到哪一期），不写 of",
                "periods in a row need `where` (what counts) and `rows` (up to when), and no `of`",
            )
        if self.in_a_row and self.date_column is not None and self.per is None:
            raise UnfitError(
                "按日期数连续几期要写 per：month、quarter 或 year", "dates in a row need `per`: month, quarter or year"
            )
        if self.reaches is not None and (not self.in_a_row or self.reaches < 1):
            raise UnfitError(
                "reaches 写的是连续达到几期，至少 1，只用于 in_a_row 和 longest_in_a_row",
                "reaches says how many periods, at least 1, and belongs to in_a_row and longest_in_a_row",
            )
        if self.per is not None and not self.in_a_row:
            raise UnfitError("per 只用于 in_a_row 和 longest_in_a_row", "per belongs to in_a_row and longest_in_a_row")


class ResultOf(Model):
    """A value that another method's run gave for the subject: its grade, total or an item's points."""

    method: str
    item: str = "grade"
    earlier: int = 0


class Streak(Model):
    """For how many periods in a row, up to the evaluated one, the subject held a grade under a method."""

    grade: str
    method: str | None = None  # this method where left out; earlier grades come from the table grade_history


class Ancestor(Model):
    """The class at `level` above a subject's code, such as the industry division (大类, level 2) of a 4-digit class."""

    column: str
    taxonomy: str
    level: int


class Lookup(Model):
    """A value by key from a parameter table of a pack, such as standard values by industry."""

    parameter: str  # id prefix: the parameter used is "<prefix>.<key value>"; longest matching code prefix wins
    key: str


class Input(Model):
    """A name used in formulas that is not simply a column of the evaluated table in the evaluated period."""

    title: str = ""
    title_en: str = ""
    unit: str | None = None
    column: str | None = None  # "column" or "table.column", joined on the subject (and period where the table has one)
    earlier: int = 0  # periods back, with column, certified, or a rollup of a period's rows
    rollup: Rollup | None = None
    result: ResultOf | None = None
    streak: Streak | None = None
    certified: str | None = None  # scheme in the table certified_score
    parameter: str | None = None
    ancestor: Ancestor | None = None
    lookup: Lookup | None = None
    if_missing: Stated | None = None  # only where the rule itself says what a missing value counts as
    clause: Clause | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        exactly_one(self, "column", "rollup", "result", "streak", "certified", "parameter", "ancestor", "lookup")
        dated = self.rollup is not None and self.rollup.rows != "all"
        if self.earlier and self.column is None and self.certified is None and not dated:
            raise UnfitError(
                "earlier 写的是前几期，只和 column、certified 或限定了时期（rows）的 rollup 一起写",
                "earlier is for column, certified, and a rollup whose rows are those of a period",
            )
        return self


class Population(Model):
    """Who is evaluated together. The first population whose condition is true takes the subject."""

    title: str
    title_en: str = ""
    where: Formula
    clause: Clause | None = None


class SpecialTreatment(Model):
    """A special treatment of members of a population. The first whose condition is true applies.

    `unless` names a criterion or requirement in place of a condition: who does not meet it is scored but takes no place
    in the ranking (符合基本条件的才参加排名). It is looked at after the criteria and before the grades.
    """

    title: str
    title_en: str = ""
    where: Formula | None = None
    unless: str | None = None  # a criterion or requirement that must be met to be graded
    effect: Literal["exempt", "scored_not_graded", "protected"]
    treated_as: str | None = None  # scored_not_graded: the grade whose measures apply; protected: the worst final grade
    populations: Listed[str] | None = None
    clause: Clause | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        exactly_one(self, "where", "unless")
        if self.unless is not None and self.effect != "scored_not_graded":
            raise UnfitError(
                "unless 在算完条件之后才看，只用于 effect: scored_not_graded",
                "unless is looked at when everything is computed and belongs to effect: scored_not_graded",
            )
        return self


class Measure(Model):
    """A figure per subject, rounded half-up to `digits` decimals of `unit`."""

    title: str
    title_en: str = ""
    formula: Formula
    unit: str = "1"
    digits: Digits
    shown: bool = False  # stands in the result for readers, though nothing is computed from it (a corrected limit)
    clause: Clause | None = None


class Deviation(Model):
    """How far is too far: more than `times` deviations from the middle (mean ± 3σ, median ± 3 MAD).

    standard: from the mean, by the standard deviation of a sample, √(Σ(x − mean)² ÷ (n − 1)); population: the same over
    n; median: from the median, by the median of the distances to it.
    """

    of: Literal["standard", "population", "median"]
    times: Num

    @model_validator(mode="after")
    def _is_above_zero(self) -> Self:
        if exact(self.times) <= 0:
            raise UnfitError("times 要大于 0", "times is above 0")
        return self


class PrepareStep(Model):
    """One treatment of a measure over its cohort (OECD/JRC handbook, steps 3 to 5)."""

    impute: Literal["mean", "median"] | None = None
    winsorise: Num | None = None  # share of points cut at each end together, or count where `points` is set
    points: int | None = None  # winsorise up to this many points until skew and kurtosis fit
    skewness: Num = "2"
    kurtosis: Num = "3.5"
    otherwise: Literal["logarithm"] | None = None  # points: where it stays skewed, ln of the values before
    beyond: Deviation | None = None  # treat what is further from the middle than this (3σ, 3 MAD)
    becomes: Literal["limit", "missing"] = "limit"  # beyond: the limit itself (缩尾), or missing, to be imputed next
    logarithm: bool | None = None  # ln(x − min + 1 % of the range), as COINr
    natural_logarithm: bool | None = None  # ln(x) itself; missing where x ≤ 0
    normalise: (
        Literal[
            "min_max", "z_score", "rank", "distance_to_best", "percentile_rank", "distance_to_reference",
            "above_below_mean",
        ]
        | None
    ) = None  # fmt: skip
    low: Num = "0"  # range of min_max and rank
    high: Num = "1"
    reference: Literal["mean", "median", "highest", "lowest"] | Num | None = None  # distance_to_reference: x ÷ this
    centred: bool = False  # distance_to_reference: less 1, so that the reference itself is 0
    threshold: Num = "0.2"  # above_below_mean: 1 above (1 + this) × mean, −1 below (1 − this) × mean, else 0

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = ("impute", "winsorise", "points", "beyond", "logarithm", "natural_logarithm", "normalise")
        exactly_one(self, *kinds)
        if self.becomes == "missing" and self.beyond is None:
            raise UnfitError("becomes 只能和 beyond 一起写", "becomes belongs to beyond")
        if self.otherwise is not None and self.points is None:
            raise UnfitError("otherwise 只能和 points 一起写", "otherwise belongs to points")
        if (self.reference is not None) != (self.normalise == "distance_to_reference"):
            raise UnfitError(
                "reference 只用于 distance_to_reference，且必须写",
                "distance_to_reference and only it names a reference",
            )
        return self


class Prepared(Model):
    """A new measure made from another by treatments over a cohort."""

    title: str = ""
    title_en: str = ""
    measure: str
    steps: Some[PrepareStep]
    over: Listed[str] = ("population",)
    direction: Literal["higher", "lower"] = "higher"  # lower: reversed before normalising
    digits: Digits
    clause: Clause | None = None

    @model_validator(mode="after")
    def _not_turned_against_a_number(self) -> Self:
        written = [
            one.reference for one in self.steps if one.reference not in (None, "mean", "median", "highest", "lowest")
        ]
        if written and self.direction == "lower":
            raise UnfitError(
                "反向的数不能与写明的参照值相比", "a value turned round cannot be held against a written reference"
            )
        return self


class Statistic(Model):
    """A cohort's statistic of a measure, times k.

    Values may be left out first, at the ends or too far from the middle (剔除异常值); a mean, median, extreme or
    percentile is taken of those that remain.
    """

    measure: str
    take: Literal["mean", "median", "max", "min", "percentile", "sum", "aggregate"]
    numerator: Formula | None = None  # aggregate: Σ numerator ÷ Σ denominator
    denominator: Formula | None = None
    percentile: Num | None = None  # 0–1, linear between order statistics: position = p·(n−1)
    without_lowest: Num = "0"  # leaves out the ⌊n·p⌋ lowest values (前20%平均 leaves out 0.8 of them)
    without_highest: Num = "0"
    without_beyond: Deviation | None = None  # leaves out values further from the middle than this
    over: Listed[str] = ("population",)  # population, or columns and inputs such as district, industry
    period: Literal["this", "last"] = "this"
    members: Literal["scored", "graded"] = "scored"  # graded: without those that are scored but not graded
    times: Num = "1"
    smallest_cohort: int = 1
    otherwise: str | None = None  # benchmark used for cohorts smaller than smallest_cohort; unknown where left out

    @model_validator(mode="after")
    def _leaves_out(self) -> Self:
        if self.is_trimmed and self.take in ("sum", "aggregate"):
            raise UnfitError(
                "合计里不剔除任何一家：without_lowest、without_highest、without_beyond 不用于 sum 和 aggregate",
                "a sum leaves nobody out: no without_lowest, without_highest or without_beyond with sum and aggregate",
            )
        if self.without_beyond is not None and (exact(self.without_lowest) or exact(self.without_highest)):
            raise UnfitError(
                "按比例剔除（without_lowest、without_highest）和按离差剔除（without_beyond）只写一种",
                "values are left out by share (without_lowest, without_highest) or by deviation (without_beyond)",
            )
        if (self.take == "percentile") != (self.percentile is not None):
            raise UnfitError(
                "percentile 写的是取第几分位，只用于 take: percentile，而且必须写",
                "percentile says which one; take: percentile and only it has it",
            )
        if self.percentile is not None and not 0 <= exact(self.percentile) <= 1:
            raise UnfitError(
                f"percentile 是 0 到 1 之间的数（中位数 0.5），写的是 {self.percentile}",
                f"percentile lies between 0 and 1 (the median is 0.5), found {self.percentile}",
            )
        if any(not 0 <= exact(share) < 1 for share in (self.without_lowest, self.without_highest)):
            raise UnfitError(
                "without_lowest 和 without_highest 是 0 到 1（不含）之间的比例",
                "without_lowest and without_highest are shares from 0 to below 1",
            )
        return self

    @property
    def is_trimmed(self) -> bool:
        """Tell whether values are left out before the statistic is taken."""
        by_share = exact(self.without_lowest) != 0 or exact(self.without_highest) != 0
        return by_share or self.without_beyond is not None


class Benchmark(Model):
    """What a measure is held against; rounded half-up to `digits` before use."""

    title: str = ""
    title_en: str = ""
    value: Num | None = None
    parameter: str | None = None
    statistic: Statistic | None = None
    lookup: Lookup | None = None
    on: Day | None = None  # parameter, lookup: the value of this day (a target year); else the period's last
    digits: Digits = 6
    clause: Clause | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        exactly_one(self, "value", "parameter", "statistic", "lookup")
        if self.on is not None and self.parameter is None and self.lookup is None:
            raise UnfitError("on 只能和 parameter 或 lookup 一起写", "`on` belongs to parameter and lookup")
        return self
