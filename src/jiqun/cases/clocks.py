"""Clocks in working days: when something is due, how many days are left, how long a clock stood still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from jiqun.expressions import WorkingDays

Colour = Literal["red", "yellow", "green"]


@dataclass(frozen=True)
class Pause:
    """Days on which a clock stood still; `last` is None while it stands."""

    first: date
    last: date | None
    reason: str


@dataclass(frozen=True)
class Clock:
    """What is to be done within `days` working days after `began`; `ended` is the day it was done."""

    began: date
    days: int
    pauses: tuple[Pause, ...] = ()
    ended: date | None = None

    @property
    def stands(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].last is None

    def left(self, today: date, calendar: WorkingDays) -> int:
        """Return the working days that are left: those allowed, less those since it began, plus those it stood."""
        until = self.ended or today
        stood = sum(calendar.between(one.first, min(one.last or until, until)) for one in self.pauses)
        return self.days - calendar.between(self.began, until) + stood

    def due(self, calendar: WorkingDays) -> date | None:
        """Return the day it is due; None while the clock stands."""
        if self.stands:
            return None
        stood = sum(calendar.between(one.first, one.last) for one in self.pauses if one.last is not None)
        return calendar.after(self.began, self.days + stood)


def colour(left: int) -> Colour:
    """Return the light of what has so many working days left: late or due today is red, one day is yellow.

    >>> colour(0), colour(1), colour(2)
    ('red', 'yellow', 'green')
    """
    if left <= 0:
        return "red"
    return "yellow" if left == 1 else "green"
