"""A ladder of titles (梯度培育): its rungs, the titles that hold them, their terms, and which rule judges a case."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jiqun.packs.models.base import MONTH_DAY, Code, Header, Identifier, Model, Names, Num, Span, UnfitError
from jiqun.packs.models.method.shared import Clause, Formula, Listed

CaseType = Literal["text", "date", "number", "boolean"]
CASE: dict[str, CaseType] = {"case_type": "text", "applied_on": "date", "cohort": "text"}


class Use(Model):
    """A method and its edition; of several editions the latest where none is named."""

    method: Identifier
    edition: Code | None = None


class EditionChoice(Model):
    """The edition that a case falls under if the condition holds; without condition, every case that is left."""

    use: Use
    where: Formula | None = None
    title: str
    title_en: str = ""
    clause: Clause | None = None


class EditionRule(Header):
    """Which edition of a rule a case is judged by: the first choice whose condition is true.

    `case` names what a condition may look at. A day alone does not decide: in spring 2026 re-verifications ran under
    the rule of 2022 while new applications ran under that of 2026.
    """

    kind: Literal["edition_rule"]
    case: dict[str, CaseType] = CASE
    choices: Annotated[Listed[EditionChoice], Field(min_length=1)]


class Term(Span):
    """Years that a title granted in these days is valid, or that a firm is barred after losing it."""

    years: int = Field(ge=1)
    clause: Clause | None = None


class Update(Span):
    """The day of the year by which a holder brings its information up to date, for updates due in these days."""

    by: str = Field(pattern=MONTH_DAY)
    clause: Clause | None = None


class WhileHeld(Model):
    """Whether a title is still to be re-verified by a firm that validly holds another title above it."""

    title: Identifier
    review: Literal["due", "not_due"]
    clause: Clause | None = None


class LadderTitle(Model):
    """A title with the names it stands under in lists.

    `while_held` says what the documents say of its re-verification beside a valid higher title; of a higher title that
    is not named there it stays open.
    """

    title: str
    title_en: str
    names: Names = ()
    validity: Listed[Term] = ()
    updates: Listed[Update] = ()
    barred: Listed[Term] = ()
    while_held: Listed[WhileHeld] = ()
    clause: Clause | None = None


class LadderRung(Model):
    """One rung: held by a title, by being listed on an exchange, or (a pool) by meeting its criteria."""

    title: str
    title_en: str
    holds: Identifier | None = None
    held_by: Literal["title", "listing", "criteria"] = "title"
    side: bool = False  # beside the ladder: judged on its own, never the next rung
    rule: Identifier | None = None  # an edition rule; none where no criteria are known
    clause: Clause | None = None

    @model_validator(mode="after")
    def _held(self) -> Self:
        if (self.held_by == "title") != (self.holds is not None):
            raise UnfitError(
                "holds 写的是靠称号持有的那一级的称号，别的级不写",
                "holds names the title of a rung that is held by a title, and of no other",
            )
        return self


class Ladder(Header):
    """Titles and rungs, lowest first. Below `least_coverage` of known criteria nothing is recommended."""

    kind: Literal["ladder"]
    titles: dict[Identifier, LadderTitle]
    rungs: dict[Identifier, LadderRung]
    least_coverage: Num = "0.6"
