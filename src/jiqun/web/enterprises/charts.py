"""Bars over the years as the server draws them: an unknown year is a gap, a loss hangs below the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jiqun.web.enterprises.dossier import Line

WIDE: Final = 280
TALL: Final = 96
_TOP, _BOTTOM = 16, 16  # room for the numbers above the bars, and for those below them
_BAR = 0.56


@dataclass(frozen=True)
class Bar:
    """A year of a chart; `value` is None where it is not known, and nothing is drawn then."""

    year: int
    value: float | None
    middle: float
    left: float
    width: float
    top: float
    tall: float
    label: float


@dataclass(frozen=True)
class Chart:
    """A figure over the years, drawn in a field of WIDE × TALL with its line of zero."""

    name: str
    title: str
    unit: str
    digits: int
    zero: float
    bars: tuple[Bar, ...]
    wide: int = WIDE
    tall: int = TALL

    @property
    def shown(self) -> int:
        """The decimals above the bars: none where numbers are long; the table beside has them all."""
        return 0 if any(abs(one.value or 0) >= 1000 for one in self.bars) else self.digits


def chart(line: Line) -> Chart | None:
    """Draw a line of the yearly table; None where no year has a number to show (unknown, masked, words).

    Years between the first and the last one that were not reported at all are gaps too.
    """
    known = {one.year: float(one.value) for one in line.figures if _is_number(one.value)}
    if not known:
        return None
    years = list(range(min(one.year for one in line.figures), max(one.year for one in line.figures) + 1))
    return drawn(line.name, line.title, line.unit, line.digits, [(year, known.get(year)) for year in years])


def drawn(name: str, title: str, unit: str, digits: int, points: Sequence[tuple[int, float | None]]) -> Chart:
    """Draw values of years that are given in order."""
    values = [value for _, value in points if value is not None]
    high, low = max(0.0, *values), min(0.0, *values)
    field = TALL - _TOP - (_BOTTOM if low < 0 else 2)
    scale = field / (high - low) if high > low else 0.0
    zero = _TOP + (high * scale if high > low else field)  # where every value is 0, the line stands at the bottom
    step = WIDE / len(points)
    bars = []
    for at, (year, value) in enumerate(points):
        size = 0.0 if value is None else max(1.0, abs(value) * scale)
        top = zero if value is not None and value < 0 else zero - size
        label = (top + size + 12) if value is not None and value < 0 else top - 4
        left = (at + (1 - _BAR) / 2) * step
        spots = (round(one, 2) for one in ((at + 0.5) * step, left, _BAR * step, top, size, label))
        bars.append(Bar(year, value, *spots))
    return Chart(name, title, unit, digits, round(zero, 2), tuple(bars))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
