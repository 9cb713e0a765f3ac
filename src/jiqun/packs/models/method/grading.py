"""How points become grades and what follows: criteria, requirements, grades, moves, entitlements."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from jiqun.packs.models.base import Completeness, Line, Model, Num, UnfitError, is_name
from jiqun.packs.models.method.shared import Clause, Digits, Formula, Listed, OneOrSome, Some, exactly_one


class Criterion(Model):
    """One test with the result met · unmet · unknown · manual_review · not_applicable."""

    title: str
    title_en: str = ""
    test: Formula | None = None
    manual: bool = False  # a person decides; never met by computation
    recorded: str | None = None  # manual: a boolean column or input holding the person's recorded word
    applies: Formula | None = None
    missing_item: str = ""  # what the subject lacks, in words, when unmet
    clause: Clause | None = None
    completeness: Completeness | None = None  # where the bound is less sure than the clause it stands under

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.manual == (self.test is not None):
            raise UnfitError(
                "一项条件要么写 test，要么写 manual: true", "a criterion has either a test or manual: true"
            )
        return self


class Requirement(Model):
    """A tree over criteria and requirements. Bypass paths (直通) are an `any` with the main path; see METHODS O13."""

    title: str = ""
    title_en: str = ""
    all: Some[str] | None = None
    any: Some[str] | None = None
    at_least: int | None = None
    of: Some[str] | None = None  # with at_least
    clause: Clause | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        exactly_one(self, "all", "any", "at_least")
        if (self.at_least is None) != (self.of is None):
            raise UnfitError("at_least 和 of 要一起写", "at_least and of go together")
        return self


class Ties(Model):
    """Who comes first at equal values: by names in turn (descending unless -name), then all of a tie move together."""

    by: Listed[str] = ()
    then: Literal["better", "worse"] = "better"


class SmallPool(Model):
    """What happens to pools below `smallest`: a fixed grade, wider pools, or cuts on the value."""

    smallest: int
    grade: str | None = None
    wider: Listed[str] | None = None
    cuts: Some[Cut] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        exactly_one(self, "grade", "wider", "cuts")
        if any(cut.held for cut in self.cuts or ()):
            raise UnfitError("小组的 cuts 只写数", "the cuts of small pools are numbers")
        return self


class Cut(Model):
    """A grade for an interval of the value; an end is a number, or a benchmark (1.2 × the county's mean)."""

    grade: str
    at_least: Line | None = None
    more_than: Line | None = None
    at_most: Line | None = None
    less_than: Line | None = None

    @property
    def ends(self) -> dict[str, str]:
        """The ends that are written, by their words."""
        every = {name: getattr(self, name) for name in ("at_least", "more_than", "at_most", "less_than")}
        return {name: text for name, text in every.items() if text is not None}

    @property
    def held(self) -> tuple[str, ...]:
        """The benchmarks among the ends."""
        return tuple(text for text in self.ends.values() if is_name(text))


class PerGroup(Model):
    """At most so many of one group (集团、区县) get a class; places they would take beyond that go on to the next.

    Of a group the first in the ranking count. One whose group is missing stands alone. Of several limits (每个区县至多
    3 户、每个行业至多 5 户) all hold; who is passed over for one takes no place of the other.
    """

    by: str  # column or input that names the group
    most: dict[str, int] = Field(min_length=1)

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if any(count < 1 for count in self.most.values()):
            raise UnfitError("per_group 的 most 至少是 1", "most of per_group is at least 1")
        return self


class Quota(Model):
    """Grades by shares of a pool, best first; a class may also have a fixed number of `places` (前50名).

    `counting: cumulative` rounds the cumulative counts (A, A+B, …); `each` rounds every class on its own and gives the
    rest to class `rest`. `denominator` says whether scored-but-not-graded members count in N (济宁: yes, 鱼台: no).
    """

    shares: dict[str, Num] = {}
    places: dict[str, int] = {}
    least: dict[str, int] = {}  # fewest places of a class with a share (前10%、至少3户)
    most: dict[str, int] = {}
    of: str = "total"
    order: Literal["descending", "ascending"] = "descending"
    pools: Listed[str] = ("population",)
    denominator: Literal["graded", "scored", "evaluated"] = "graded"
    rounding: Literal["half_up", "floor", "ceil", "largest_remainder"] = "half_up"
    class_rounding: dict[str, Literal["half_up", "floor", "ceil"]] = {}
    counting: Literal["cumulative", "each"] = "cumulative"
    rest: str | None = None
    ties: Ties = Ties()
    small_pool: SmallPool | None = None
    per_group: OneOrSome[PerGroup] = ()
    minimum: dict[str, Num] = {}  # a class also asks for this value; below it the subject falls to the next class
    clause: Clause | None = None

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        counts = (*self.places.values(), *self.least.values(), *self.most.values())
        if any(count < 0 for count in counts):
            raise UnfitError("places、least、most 不能是负数", "places, least and most are not negative")
        if counts and self.rounding == "largest_remainder":
            raise UnfitError(
                "places、least、most 不能和 largest_remainder 一起用",
                "places, least and most do not go with largest_remainder",
            )
        if set(self.places) & set(self.shares):
            raise UnfitError(
                "一个档次要么写比例（shares），要么写名额（places）", "a class has either a share or places"
            )
        if (set(self.least) | set(self.most)) - set(self.shares):
            raise UnfitError("least 和 most 只用于写了比例的档次", "least and most belong to classes with a share")
        if any(self.least[name] > self.most.get(name, self.least[name]) for name in self.least):
            raise UnfitError("least 不能大于 most", "least is not above most")
        return self

    def hands_out(self, name: str) -> bool:
        """Tell whether a class is given by rank; the others of the grade come by moves only."""
        return name in self.shares or name in self.places or name == self.rest


class Rung(Model):
    """A grade with the requirement (or criterion) that earns it."""

    grade: str
    requires: str


class Ladder(Model):
    """The best grade whose requirement is met; `otherwise` if none is; unknown if a better one could still be met."""

    rungs: Some[Rung]
    otherwise: str | None = None


class Grade(Model):
    """One way to grade; `lowest_of` takes the worst of several."""

    title: str = "档次"
    title_en: str = "Grade"
    classes: Some[str]  # best first
    classes_are: Literal["grades", "kinds"] = (
        "grades"  # kinds: none is better (层级、类别), nobody is advised to change
    )
    quota: Quota | None = None
    cuts: Some[Cut] | None = None
    cuts_of: str = "total"
    ladder: Ladder | None = None
    lowest_of: Some[Grade] | None = None
    clause: Clause | None = None
    completeness: Completeness | None = None  # where shares or lines are less sure than the clause they stand under

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        exactly_one(self, "quota", "cuts", "ladder", "lowest_of")
        if self.classes_are == "kinds" and (self.quota is not None or self.lowest_of is not None):
            raise UnfitError(
                "classes_are: kinds 说的是各类没有高低，不能按名次分（quota），也没有最低的一类（lowest_of）",
                "kinds (classes_are) are no better or worse: they are not given by rank (quota) nor the lowest taken",
            )
        twice = [name for name in dict.fromkeys(self.classes) if self.classes.count(name) > 1]
        if twice:
            raise UnfitError(
                f"classes 里 {twice[0]} 写了两次，分不清哪一档更高",
                f"classes names {twice[0]} twice: it is open which is better",
            )
        if self.quota is not None:
            handed = [name for name in self.classes if self.quota.hands_out(name)]
            rest = self.quota.rest or (handed[-1] if handed else "")
            if rest in {*self.quota.places, *self.quota.least, *self.quota.most}:
                raise UnfitError(
                    f"{rest} 取剩下的名额，自己不能有 places、least、most；请另写 rest，并写 counting: each",
                    f"{rest} takes the rest and has no places, least or most of its own; name another rest, with "
                    "counting: each",
                )
            if handed and any(handed[-1] in limit.most for limit in self.quota.per_group):
                raise UnfitError(
                    f"{handed[-1]} 是最后一档，取其余的，每组的户数限不了",
                    f"{handed[-1]} comes last and takes the others: its number per group cannot be limited",
                )
        return self


class Inherit(Model):
    """Take the final grade of another subject: `from` names a column or input with that subject's key."""

    from_subject: str


class ShareGroup(Model):
    """Members of a group (parcel-mates) share one result: the worst or best grade among them."""

    group: str
    take: Literal["worst", "best"]


class Move(Model):
    """A change of grade after the ranking; moves run as written and each one applied is logged with its reason."""

    title: str
    title_en: str = ""
    move: Literal["fix", "raise", "lower", "veto", "not_below", "not_above", "inherit", "share"]
    to: str | None = None  # fix, veto, not_below, not_above
    steps: int = 1  # raise, lower
    where: Formula | None = None
    listed: str | None = None  # kind of row in the table adjustment; its grade, steps, reason and document are used
    inherit: Inherit | None = None
    share: ShareGroup | None = None
    populations: Listed[str] | None = None
    clause: Clause | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.move in ("fix", "veto", "not_below", "not_above") and self.to is None and self.listed is None:
            raise UnfitError(f"{self.move} 要写 to，或写 listed 名单类型", f"{self.move} needs `to` or a `listed` kind")
        if (self.move == "inherit") != (self.inherit is not None) or (self.move == "share") != (self.share is not None):
            raise UnfitError(
                "inherit 和 share 要有自己的一节，别的调整没有",
                "inherit and share need their own section, and only they have it",
            )
        return self


class Budget(Model):
    """A sum that all amounts of an entitlement share, for each group of `over` (nothing: for everybody together).

    Where they ask for more, each is amount × budget ÷ Σ amounts, rounded down, so that the sum stays within; or they
    are served in the order of `order` (descending, ascending with -name) until nothing is left (先到先得，额满为止).
    """

    amount: Formula
    over: Listed[str] = ()
    cut: Literal["in_proportion", "in_order"] = "in_proportion"
    order: Listed[str] = ()
    last: Literal["in_part", "nothing"] = "in_part"  # in_order: what the first gets whose amount no longer fits

    @model_validator(mode="after")
    def _has_an_order(self) -> Self:
        if (self.cut == "in_order") != bool(self.order):
            raise UnfitError(
                "cut: in_order 要写 order（按什么先后），别的分法没有先后",
                "cut: in_order says in `order` who comes first, and only it does",
            )
        if self.last != "in_part" and self.cut != "in_order":
            raise UnfitError("last 只用于 cut: in_order", "last belongs to cut: in_order")
        return self


def _several(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) < 2:  # noqa: PLR2004
        raise UnfitError(
            "of 至少写两项，只有一项的限额写在那一项里", "`of` names at least two; one alone has its own limit"
        )
    return names


Several = Annotated[Listed[str], AfterValidator(_several)]  # entitlements that are held together


class SharedBudget(Budget):
    """One budget that several entitlements of all subjects share (各类补助合计不超过年度资金), after all other limits.

    `together`: all amounts as if they were of one kind; in an order, one subject's stand in the order of `of`.
    `in_turn`: the kinds in the order of `of`, each shares what those before it left (优先保障).
    """

    title: str
    title_en: str = ""
    of: Several
    kinds: Literal["together", "in_turn"] = "together"
    clause: Clause | None = None


class Entitlement(Model):
    """A measure that follows from the grade, with its amount. Within one `exclusive` group only the highest applies."""

    title: str
    title_en: str = ""
    grades: Listed[str] = ()
    where: Formula | None = None
    amount: Formula | None = None
    unit: str = "1"
    digits: Digits = 2
    cap: Num | None = None
    budget: Budget | None = None  # after caps and exclusive groups
    exclusive: str | None = None
    effect: Literal["benefit", "burden"] = "benefit"
    clause: Clause | None = None
    completeness: Completeness | None = None  # where the amount is less sure than the clause it stands under

    @property
    def reduces(self) -> bool:
        """Whether a cap or a budget may leave less than was worked out."""
        return self.amount is not None and (self.cap is not None or self.budget is not None)

    @model_validator(mode="after")
    def _budget_of_amounts(self) -> Self:
        if self.budget is not None and self.amount is None:
            raise UnfitError("有预算（budget）就要有可分配的金额（amount）", "a budget needs an amount to share out")
        return self


class Ceiling(Model):
    """What several entitlements of one subject may come to together (同一企业各项合计不超过).

    Above it the amounts are served in the order of `of`, each cut to the room that is left; or all are cut in
    proportion, rounded down.
    """

    title: str
    title_en: str = ""
    of: Several
    at_most: Formula
    cut: Literal["in_order", "in_proportion"] = "in_order"
    clause: Clause | None = None


SmallPool.model_rebuild()
Grade.model_rebuild()
