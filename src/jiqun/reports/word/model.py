"""What an official report consists of, before it is Word or Excel: headings, paragraphs, tables, attachments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jiqun.methods.runs.sign_off import SignOff
from jiqun.reports.layout import Field, Head, Page, Sheet, Value
from jiqun.reports.speech import say
from jiqun.values import exact, grouped, half_up, plain, to_scaled

UNKNOWN = "—"


@dataclass(frozen=True)
class Heading:
    """A heading; the writer numbers it: 一、 （一） 1."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body."""

    text: str


Part = Heading | Paragraph | Sheet


@dataclass(frozen=True)
class Attachment:
    """What stands behind the signature, from a new page; `wide` turns the page."""

    title: str
    parts: tuple[Part, ...]
    wide: bool = False


@dataclass(frozen=True)
class Report:
    """An official document: title, number, whom it is for, body, attachments, signature, and what it rests on.

    `facts` say on which run, rule and data every figure rests. A report that is not official is marked 试算 in its
    title and on every page, and carries no signature but that of a public notice, for which an authority answers.
    `source` is the run and the state of the data in few words, which stand under every table, as tables are copied out
    of a document.
    """

    title: str
    trial: bool
    facts: tuple[str, ...]
    parts: tuple[Part, ...]
    number: str = ""
    recipient: str = ""
    attachments: tuple[Attachment, ...] = ()
    signature: tuple[str, ...] = ()
    subtitle: str = ""
    source: str = ""

    @property
    def full_title(self) -> str:
        """The title with its mark."""
        return f"{self.title}（试算）" if self.trial else self.title

    @property
    def state(self) -> str:
        return say("trial" if self.trial else "official", "zh")

    @property
    def sheets(self) -> Iterator[Sheet]:
        """Return the tables of body and attachments, in their order."""
        every = (self.parts, *(one.parts for one in self.attachments))
        yield from (part for parts in every for part in parts if isinstance(part, Sheet))

    @property
    def head(self) -> Head:
        """What stands over every sheet of the workbook with the same tables."""
        return Head(self.full_title, self.facts, self.state, self.trial)

    def workbook_sheets(self) -> list[Sheet | Page]:
        """Return the sheets of the workbook: the body as text, then every table as a sheet."""
        lines = tuple(part.text for part in self.parts if not isinstance(part, Sheet))
        return [Page("正文", "正文", lines, widths=(26,) * 5), *self.sheets]


def signature_of(sign_off: SignOff | None) -> tuple[str, ...]:
    """Return the block under a signed report: the authority that publishes it (GB/T 9704, 7.3.5), and the day.

    The signer is named among the facts, never here; a result signed without naming the authority leaves its line out.
    """
    if sign_off is None:
        return ()
    day = day_words(sign_off.on)
    return (sign_off.organ, day) if sign_off.organ else (day,)


def day_words(day: date) -> str:
    """Write a date as official documents do.

    >>> day_words(date(2026, 3, 1))
    '2026年3月1日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def cell_text(field: Field, value: Value) -> str:
    """Write a cell with the decimals of its column; what is unknown is a dash.

    >>> cell_text(Field("税收", "万元", "number", 2), 1234.5), cell_text(Field("税收"), None)
    ('1,234.50', '—')
    """
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, str) or field.kind not in ("number", "share"):
        return str(value)
    if field.kind == "share":
        return number_text(exact(value) * 100, field.digits) + "%"
    return number_text(exact(value), field.digits)


def number_text(value: Fraction | None, digits: int = 2) -> str:
    """Write a number rounded half away from zero, with thousands separators; a dash where it is unknown.

    A hyphen would end the line, so the sign of minus is that of numbers.

    >>> number_text(Fraction(2469, 2), 0), number_text(Fraction(-1)), number_text(None)
    ('1,235', '−1.00', '—')
    """
    if value is None:
        return UNKNOWN
    return grouped(plain(to_scaled(half_up(value, digits), digits), digits)).replace("-", "−")


def cell_number(value: Fraction | None, digits: int = 2) -> float | None:
    """Return a figure for a cell, rounded to the decimals that it is shown with."""
    return None if value is None else float(half_up(value, digits))
