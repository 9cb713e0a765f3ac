"""The holidays of a year and the weekend days that are worked instead, as a yearly notice sets them."""

from __future__ import annotations

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
        free = [day for one in self.holidays for day in one.days]
        outside = [day for day in (*free, *self.worked) if day.year != self.year]
        if outside or any(not one.days for one in self.holidays):
            raise UnfitError(
                f"放假和调休的日子要落在 {self.year} 年内，截止不早于开始",
                f"days off and make-up days lie within {self.year}, and no holiday ends before it begins",
            )
        if len(set(free)) != len(free) or set(free) & set(self.worked):
            raise UnfitError("同一天既放假又上班，或写了两次", "a day is off twice, or off and worked at once")
        if any(day.weekday() < _SATURDAY for day in self.worked):
            raise UnfitError("调休上班的日子应是周六或周日", "a make-up day is a Saturday or Sunday")
        return self
