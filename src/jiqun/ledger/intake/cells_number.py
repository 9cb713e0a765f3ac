"""Reading number cells: separators, full-width digits, accountants' brackets, per cent, units in the cell — or a fault.

Text that is no number is never 0; text with more than 15 significant digits cannot be kept exactly and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import polars as pl

from jiqun.ledger.intake.exact_numbers import MOST_DIGITS, as_excel, times, to_15_digits
from jiqun.ledger.intake.raw import BLANKS
from jiqun.ledger.intake.reading import Change, Fault, Reading, Task, by_text, is_excel_error, is_missing
from jiqun.values import Unit, exact, narrow

_PLAIN = r"^-?[0-9]{1,15}(\.[0-9]+)?$"
_GROUPED = r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?")
_TAIL = re.compile(r"^([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*([^\d\s.,+-].*)$")
_CURRENCY = re.compile(r"^([+-]?)\s*(?:¥|￥|RMB|CNY|人民币)\s*", re.IGNORECASE)
_MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-"})
_FARTHEST = 100  # powers of ten: beyond them no unit brings a number back, and floats end at 308
_PER_CENT, _YEARS, _PURE = Unit.parse("%"), Unit.parse("年"), Unit.none()


@dataclass(frozen=True)
class Written:
    """A number as written in a text cell, with the unit behind it."""

    value: Fraction
    unit: Unit | None = None


def parse_number(text: str) -> Written | str:
    """Read one text cell as a number, or return the code of what is wrong.

    >>> parse_number("（1，234.5）").value, parse_number("3.05%").unit.symbol, parse_number("约500")
    (Fraction(-2469, 2), '%', 'LEDGER-024')
    """
    cleaned = narrow(text.strip(BLANKS).removeprefix("'")).translate(_MINUS)
    negative = len(cleaned) > 2 and cleaned[0] == "(" and cleaned[-1] == ")"
    cleaned = _CURRENCY.sub(r"\1", cleaned[1:-1].strip() if negative else cleaned)
    unit: Unit | None = None
    tail = _TAIL.match(cleaned)
    if tail and not _NUMBER.fullmatch(cleaned):
        try:
            unit = Unit.parse(tail.group(2).removesuffix("度") if tail.group(2) == "年度" else tail.group(2))
        except ValueError:
            return "LEDGER-024"
        cleaned = tail.group(1)
    if not _NUMBER.fullmatch(cleaned) or not any(one.isdigit() for one in cleaned):
        return "LEDGER-024"
    try:
        number = Decimal(cleaned.replace(",", ""))
    except InvalidOperation:
        return "LEDGER-024"
    if len(number.as_tuple().digits) > MOST_DIGITS and len(number.normalize().as_tuple().digits) > MOST_DIGITS:
        return "LEDGER-025"
    if number and abs(number.adjusted()) > _FARTHEST:
        return "LEDGER-093" if number.adjusted() > 0 else "LEDGER-024"
    value = Fraction(number)
    if negative and value < 0:
        return "LEDGER-024"
    return Written(-value if negative else value, unit)


def read_numbers(task: Task) -> Reading:
    """Read a column of numbers in the unit of the contract; integers must be whole after the conversion."""
    unit_to = Unit.parse(task.field.unit) if task.field.unit else _PURE
    unit_from = task.unit_from or unit_to
    stated, changed = as_excel(task.raw.numbers)
    faults = _not_finite(task)
    if task.percent:
        stated = _per_cent_cells(task, stated, unit_from)
    stated = _plain_texts(task.raw.texts, stated)
    converted, rounded = times(stated, unit_from.factor_to(unit_to))
    rest = task.raw.texts.set(stated.is_not_null(), None)
    own: dict[int, tuple[float, float]] = {}
    for text, rows in by_text(rest):
        found = _from_text(text, unit_from, unit_to, task.missing)
        if isinstance(found, str):
            faults += task.faults(rows, found, text, unit=unit_to.symbol)
        elif found is not None:
            own.update(dict.fromkeys(rows, found))
    if own:
        stated = stated.clone().scatter(list(own), [one for one, _ in own.values()])
        converted = converted.clone().scatter(list(own), [one for _, one in own.values()])
    faults += _wrong_kinds(task)
    converted = converted.set(converted.is_nan() | converted.is_infinite(), None)
    changes = _changes(task, changed | rounded, converted)
    if task.field.type == "integer":
        converted, broken = _whole(task, converted)
    else:
        converted, broken = _not_too_large(task, converted)
    faults += broken
    return Reading(converted, tuple(faults), changes, stated)


def _not_finite(task: Task) -> list[Fault]:
    rows = (task.raw.numbers.is_nan() | task.raw.numbers.is_infinite()).fill_null(False).arg_true().to_list()
    return task.faults(rows, "LEDGER-024")


def _plain_texts(texts: pl.Series, numbers: pl.Series) -> pl.Series:
    """Put in the texts that are plain decimals of at most 15 digits; their nearest float is the exact reading."""
    if texts.null_count() == len(texts):
        return numbers
    without_groups = pl.col("text").str.replace_all(",", "", literal=True)
    grouped = pl.when(pl.col("text").str.contains(_GROUPED)).then(without_groups).otherwise(pl.col("text"))
    frame = pl.DataFrame({"text": texts, "number": numbers}).with_columns(grouped.alias("text"))
    digits = pl.col("text").str.len_chars() - pl.col("text").str.count_matches(r"[-.]")
    plain = pl.col("text").str.contains(_PLAIN) & (digits <= MOST_DIGITS)
    return frame.select(
        pl.when(plain).then(pl.col("text").cast(pl.Float64, strict=False)).otherwise(pl.col("number")).alias("number")
    ).to_series()


def _from_text(text: str, unit_from: Unit, unit_to: Unit, missing: frozenset[str]) -> tuple[float, float] | str | None:
    if is_missing(text, missing):
        return None
    if is_excel_error(text):
        return "LEDGER-023"
    found = parse_number(text)
    if isinstance(found, str):
        return found
    if found.unit == _YEARS and not unit_to.powers:
        found = Written(found.value)
    unit = unit_from if found.unit is None else found.unit
    if not unit.fits(unit_to):
        return "LEDGER-019"
    stated = to_15_digits(found.value * unit.factor_to(unit_from))[0]
    return stated, to_15_digits(found.value * unit.factor_to(unit_to))[0]


def _per_cent_cells(task: Task, stated: pl.Series, unit_from: Unit) -> pl.Series:
    """Excel keeps 0.0305 in a cell that shows 3.05%; under a header in per cent it is to be read as shown."""
    if unit_from != _PER_CENT:
        return stated
    rows = [index for index, row in enumerate(task.rows) if row in task.percent and stated[index] is not None]
    return (
        stated.clone().scatter(rows, [to_15_digits(exact(stated[index]) * 100)[0] for index in rows])
        if rows
        else stated
    )


def _wrong_kinds(task: Task) -> list[Fault]:
    rows = (task.raw.moments.is_not_null() | task.raw.flags.is_not_null()).arg_true().to_list()
    return task.faults(rows, "LEDGER-024")


def _whole(task: Task, values: pl.Series) -> tuple[pl.Series, list[Fault]]:
    broken = ((values != values.floor()) | (values.abs() >= 10.0**MOST_DIGITS)).fill_null(False)
    faults = task.faults(broken.arg_true().to_list(), "LEDGER-026")
    return values.set(broken, None).cast(pl.Int64), faults


def _not_too_large(task: Task, values: pl.Series) -> tuple[pl.Series, list[Fault]]:
    """No figure of a region has sixteen digits before the point, and scaled integers of results could not hold it."""
    large = (values.abs() >= 10.0**MOST_DIGITS).fill_null(False)
    return values.set(large, None), task.faults(large.arg_true().to_list(), "LEDGER-093", unit=task.field.unit or "")


def _changes(task: Task, changed: pl.Series, values: pl.Series) -> tuple[Change, ...]:
    rows: Sequence[int] = changed.arg_true().to_list()
    return task.change(rows, f"{values[rows[0]]!r}") if rows else ()
