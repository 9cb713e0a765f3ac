"""The holidays of a year and the weekend days that are worked instead, as a yearly notice sets them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jiqun.packs.models.base import Day, Header, Model, UnfitError

_SATURDAY = 5


class Holiday(Model):
    """Days off, the first and the last included."""

    title: str
    title_en: str
    from_: Day = Field(alias="from")
    to: Day

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.from_ + timedelta(days=one) for one in range((self.to - self.from_).days + 1))


class Calendar(Header):
    """What of a year is not Monday to Friday: holidays, and weekend days that are worked (调休)."""

    kind: Literal["calendar"]
    year: Annotated[int, Field(ge=1990, le=2100)]
    holidays: tuple[Holiday, ...]
    worked: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        ends = [(one.from_, one.to, ("holidays", at)) for at, one in enumerate(self.holidays)]
        ends += [(day, day, ("worked", at)) for at, day in enumerate(self.worked)]
        for first, last, at in ends:
            if {first.year, last.year} != {self.year} or first > last:
                raise UnfitError(
                    f"放假和调休的日子要落在 {self.year} 年内，截止不早于开始",
                    f"days off and make-up days lie within {self.year}, and no holiday ends before it begins",
                    at,
                )
        self._once(ends)
        return self

    def _once(self, ends: Sequence[tuple[date, date, tuple[str, int]]]) -> None:
        seen: set[date] = set()
        for first, last, at in ends:
            days = {first + timedelta(days=one) for one in range((last - first).days + 1)}
            if seen & days:
                raise UnfitError("同一天既放假又上班，或写了两次", "a day is off twice, or off and worked at once", at)
            if at[0] == "worked" and first.weekday() < _SATURDAY:
                raise UnfitError("调休上班的日子应是周六或周日", "a make-up day is a Saturday or Sunday", at)
            seen |= days
