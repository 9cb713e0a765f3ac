"""Filters of every page: a text marked with its language, numbers, units, lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.dateformat import format as dated
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime
from jinja2 import Environment, pass_environment

from jiqun.methods.wording.phrases import listed as in_list
from jiqun.methods.wording.voice import ClauseText
from jiqun.problems import Problem
from jiqun.values import Unit, decimal_text, exact, grouped, half_up, unit_said
from jiqun.web.shell.language import spoken
from jiqun.web.told_results import Notice, open_notice

_HAN = "\u3400-\u9fff"
_CHINESE = re.compile(  # a run without blanks, or a stop that only Chinese uses
    f"[“《〈〔（]?[0-9A-Za-z]*[{_HAN}](?:[^\\s<>&]*[{_HAN}）》〉〕”。])?|[、。，；：（）《》]+"
)


def in_notice(run: Any) -> Notice | None:
    """Return the public notice that a run, or a line that names one, stands in now; it is marked with it."""
    return open_notice(str(run["run"] if isinstance(run, Mapping) else getattr(run, "run", None) or run.id))


def zh(text: object) -> object:
    """Mark the Chinese of a name, a clause or a file's cell on an English page, so that it is read aloud as such."""
    if spoken() == "zh" or text is None:
        return text
    return SafeString(_CHINESE.sub(r'<span lang="zh-CN">\g<0></span>', escape(text)))


def unit(text: str | None) -> str:
    """Say the unit of a column in the language of the page; nothing for a pure number."""
    return unit_said(text, spoken())


def measured(value: object, unit: str | None) -> str:
    """Write a value with its unit behind it."""
    return Unit.parse(unit or "").behind(str(value), spoken())


def number(value: object, digits: int | str = 2) -> str:
    """Write a number with thousands separators and the digits of its column; nothing for a missing one.

    >>> number(1234.5), number(-3, 0)
    ('1,234.50', '−3')
    """
    if value is None or value == "":
        return ""
    told = value if isinstance(value, (Fraction, int)) else exact(float(str(value)))
    places = int(digits)
    rounded = half_up(Fraction(told), places)
    text = decimal_text(rounded)
    whole, _, part = text.partition(".")
    padded = whole if not places else f"{whole}.{part.ljust(places, '0')}"
    return minus(grouped(padded))


def signed(value: object, digits: int | str = 2) -> str:
    """Write a difference with its sign, also where it goes up.

    >>> signed(0.5), signed(-2, 1), signed(0)
    ('+0.50', '−2.0', '0.00')
    """
    said = number(value, digits)
    return said if said.startswith("−") or not said.strip("0.") else f"+{said}"


def minus(text: str) -> str:
    """Write a figure that comes as text with the minus sign of numbers."""
    return text.replace("-", "−")


def percent(share: Fraction | None) -> str:
    """Return a share in per cent with two decimals, without the sign; nothing for an unknown one.

    >>> percent(Fraction(1, 3))
    '33.33'
    """
    return "" if share is None else number(share * 100, 2)


def width(share: Fraction | None) -> str:
    """Return a share as the width of a bar in per cent, at most 100, with a point for the decimals."""
    return "0" if share is None else f"{min(100.0, max(0.0, float(share) * 100)):.2f}"


def date(value: Any, form: str) -> str:
    """Write a day or an hour of this place in a form of Django's; nothing for a missing one."""
    if not value:
        return ""
    return dated(localtime(value) if isinstance(value, datetime) and is_aware(value) else value, form)


def isnumber(value: object) -> bool:
    """Tell whether a value is a number, to be written with separators."""
    return isinstance(value, (int, float, Fraction)) and not isinstance(value, bool)


def listed(names: Iterable[object]) -> object:
    """Join names with the comma of the language of the page, what is Chinese marked."""
    return zh(in_list([str(one) for one in names], spoken()))


def clause(text: ClauseText, document: str) -> object:
    """Cite a clause, without its document where that is the one that the page names once."""
    return zh(text.clause if text.name == document and text.clause else text)


def said(problem: Problem) -> object:
    """Tell a problem: what, why, what to do; its code and place stand beside."""
    language = spoken()
    parts = (problem.what(language), problem.why(language), problem.on_screen(language))
    return zh(("" if language == "zh" else " ").join(filter(None, parts)))


class Neighbours(NamedTuple):
    shared: Any
    rows: list[Any]


@pass_environment
def regrouped(environment: Environment, rows: Iterable[Any], name: str) -> list[Neighbours]:
    """Return neighbours that share what a name of theirs says together with it, in the order they come in."""
    by = groupby(rows, lambda row: environment.getattr(row, name))
    return [Neighbours(shared, list(found)) for shared, found in by]
