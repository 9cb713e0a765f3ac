"""One thing that somebody must do, with its day and its light."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiqun.web.campaigns.state import Light
from jiqun.web.shell.language import both, counted

SOON_DAYS = 7


@dataclass(frozen=True)
class Task:
    """What is to be done, about what, and the page where it is done; `day` is None where nobody set one.

    `count` is how many lines of that page wait, where one task stands for all of them.
    """

    what: str
    about: str
    to: str
    day: date | None
    light: Light
    count: int = 1

    @property
    def urgency(self) -> tuple[bool, date, str, str]:
        """The order of a list: what is late or due today first, then by day."""
        return self.light.colour != "red", self.day or date.max, self.what, self.about


def light_of_day(day: date | None, today: date) -> Light:
    """Say how many days are left, counted by the calendar; red from the day itself on, as with working days."""
    if day is None:
        return Light("none", both("未定期限", "no date set"))
    left = (day - today).days
    if left < 0:
        return Light("red", both(f"逾期 {-left} 天", counted(f"{-left} day(s) late", -left)))
    if left == 0:
        return Light("red", both("今日到期", "due today"))
    return Light("yellow" if left <= SOON_DAYS else "none", both(f"剩 {left} 天", counted(f"{left} day(s) left", left)))
