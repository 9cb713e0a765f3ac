"""What a sheet of a report consists of: a title, facts, columns with unit and kind, and rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jiqun.methods.explanation.restricted import MASKED
from jiqun.problems import Language
from jiqun.values import printable

Kind = Literal["text", "number", "share", "code", "date"]
Value = str | int | float | None
_BAD_IN_NAMES = str.maketrans("[]:*?/\\", "［］：＊？／＼")
_LONGEST_NAME = 31
_TAKEN_BY_EXCEL = "history"


@dataclass(frozen=True)
class Field:
    """One column: its title, the unit under it, what its cells are, and the decimals numbers are shown with.

    `share` cells are fractions shown as per cent, `date` cells days written 2026-11-28; `wrap` lets long texts run
    over several lines.
    """

    title: str
    unit: str = ""
    kind: Kind = "text"
    digits: int = 0
    wrap: bool = False
    widest: int = 42


def said_number(text: str | None) -> Value:
    """Read a figure back that a page says, so that a sheet can count with it; None stays unknown, asterisks asterisks.

    >>> said_number("1,234.50"), said_number("+0.25"), said_number(None)
    (1234.5, 0.25, None)
    """
    return text if text in (None, MASKED) else float(str(text).replace(",", ""))


def said_digits(texts: Iterable[str | None]) -> int:
    """Return the most decimals that figures are said with.

    >>> said_digits(["1,234.50", "-3", None])
    2
    """
    return max((len(text.partition(".")[2]) for text in texts if text and text != MASKED), default=0)


@dataclass(frozen=True)
class Head:
    """What stands over every sheet: what was evaluated under which rule on which data; `trial` marks every page."""

    title: str
    facts: tuple[str, ...]
    state: str
    trial: bool
    language: Language = "zh"


@dataclass(frozen=True)
class Sheet:
    """One table of a report; `frozen` columns stay in view, `notes` stand above the table.

    `by` is the column after whose values Word breaks a long table of firms into several: one of thousands of rows
    takes minutes to open, and nobody finds a firm in it.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[Value]]
    notes: tuple[str, ...] = ()
    frozen: int = 0
    filters: bool = True
    by: int | None = None


@dataclass(frozen=True)
class Page:
    """A text, such as a rule: lines of Markdown with headings, paragraphs and tables."""

    name: str
    title: str
    lines: tuple[str, ...]
    widths: tuple[int, ...] = field(default=(26, 60, 18, 12, 12, 44, 24, 12))


def sheet_names(wanted: Iterable[str]) -> Iterator[str]:
    """Make names that a workbook accepts: at most 31 characters, none of []:*?/\\, each once.

    >>> list(sheet_names(["亩均税收", "税收/能耗", "亩均税收"]))
    ['亩均税收', '税收／能耗', '亩均税收 2']
    """
    taken = {_TAKEN_BY_EXCEL}
    for text in wanted:
        base = printable(text).translate(_BAD_IN_NAMES).strip("' \t\n") or "—"
        name, count = base[:_LONGEST_NAME], 1
        while name.casefold() in taken:
            count += 1
            ending = f" {count}"
            name = base[: _LONGEST_NAME - len(ending)] + ending
        taken.add(name.casefold())
        yield name
