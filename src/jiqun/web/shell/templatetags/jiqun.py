"""Tags of every template: a text in the language of the page, grades, numbers, problems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.urls import get_script_prefix, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from jiqun.methods.wording.phrases import listed as in_list
from jiqun.methods.wording.voice import ClauseText
from jiqun.problems import Problem
from jiqun.values import Unit, decimal_text, exact, grouped, half_up, unit_said
from jiqun.web.people.scope import scope_of
from jiqun.web.shell.icons import ICONS
from jiqun.web.shell.language import both as in_both
from jiqun.web.shell.language import counted, spoken
from jiqun.web.told_results import Notice, open_notice

register = template.Library()
_HAN = "\u3400-\u9fff"
_CHINESE = re.compile(  # a run without blanks, or a stop that only Chinese uses
    f"[“《〈〔（]?[0-9A-Za-z]*[{_HAN}](?:[^\\s<>&]*[{_HAN}）》〉〕”。])?|[、。，；：（）《》]+"
)
_SHAPES = {"A": "a", "B": "b", "C": "c", "D": "d"}


@register.simple_tag
def both(zh: str, en: str, count: object = None) -> str:
    """Say a text in the language of the page, its “firm(s)” by a count."""
    return in_both(zh, en if count is None else counted(en, count))


@register.simple_tag(takes_context=True, name="csrf_token")
def form_marks(context: template.Context) -> str:
    """Put the mark against forgery into a form and, of who answers for several firms, the firm that it is about."""
    found: str = CsrfTokenNode().render(context)
    user: Any = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated or not user.chooses:
        return found
    return format_html('{}<input type="hidden" name="acting_for" value="{}">', found, scope_of(user).place)


@register.simple_tag
def url(name: str, *args: object, **kwargs: object) -> str:
    """Say the address of a page as Django's tag of this name does, and remember it: a grid asks for hundreds."""
    return _address(get_script_prefix(), name, args, tuple(kwargs.items()))


@lru_cache(maxsize=16_384)
def _address(prefix: str, name: str, args: tuple[object, ...], kwargs: tuple[tuple[str, object], ...]) -> str:
    return reverse(name, args=args, kwargs=dict(kwargs))


@register.simple_tag
def earned(points: Any, css: str = "") -> SafeString:
    """Draw a cell with the points of an item: a figure, the mean (nothing reported, and the rule gives it), or none."""
    if points.said is None:
        said = format_html('<span class="jq-missing">{}</span>', in_both("无数据", "no data"))
    elif points.mean:
        why = in_both("没有数据，按办法取平均得分", "no data: mean of the others, as the rule says")
        drawn = '<span class="text-secondary">{}</span><sup class="jq-mean" title="{}">{}</sup>'
        said = format_html(drawn, points.said, why, in_both("均", "mean"))
    else:
        said = points.said
    return format_html('<td class="num{}">{}</td>', css, said)


@register.simple_tag
def grade(letter: str | None, large: bool = False) -> SafeString:
    """Draw a grade: letter, shape and colour, so that it reads in black and white and aloud."""
    if not letter:
        return format_html('<span class="jq-grade jq-grade-u">{}</span>', in_both("未评", "none"))
    shape = _SHAPES.get(letter)
    if shape is None:
        return format_html('<span class="badge">{}</span>', zh(letter))
    size = " jq-grade-lg" if large else ""
    return format_html('<span class="jq-grade jq-grade-{}{}">{}</span>', shape, size, letter)


@register.filter
def in_notice(run: Any) -> Notice | None:
    """Return the public notice that a run, or a line that names one, stands in now; it is marked with it."""
    return open_notice(str(run["run"] if isinstance(run, Mapping) else getattr(run, "run", None) or run.id))


@register.filter
def zh(text: object) -> object:
    """Mark the Chinese of a name, a clause or a file's cell on an English page, so that it is read aloud as such."""
    if spoken() == "zh" or text is None:
        return text
    return SafeString(_CHINESE.sub(r'<span lang="zh-CN">\g<0></span>', escape(text)))


@register.filter
def unit(text: str | None) -> str:
    """Say the unit of a column in the language of the page; nothing for a pure number."""
    return unit_said(text, spoken())


@register.filter
def measured(value: object, unit: str | None) -> str:
    """Write a value with its unit behind it."""
    return Unit.parse(unit or "").behind(str(value), spoken())


@register.filter
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


@register.filter
def signed(value: object, digits: int | str = 2) -> str:
    """Write a difference with its sign, also where it goes up.

    >>> signed(0.5), signed(-2, 1), signed(0)
    ('+0.50', '−2.0', '0.00')
    """
    said = number(value, digits)
    return said if said.startswith("−") or not said.strip("0.") else f"+{said}"


@register.filter
def minus(text: str) -> str:
    """Write a figure that comes as text with the minus sign of numbers."""
    return text.replace("-", "−")


@register.filter
def percent(share: Fraction | None) -> str:
    """Return a share in per cent with two decimals, without the sign; nothing for an unknown one.

    >>> percent(Fraction(1, 3))
    '33.33'
    """
    return "" if share is None else number(share * 100, 2)


@register.filter
def width(share: Fraction | None) -> str:
    """Return a share as the width of a bar in per cent, at most 100, with a point for the decimals."""
    return "0" if share is None else f"{min(100.0, max(0.0, float(share) * 100)):.2f}"


@register.filter
def isnumber(value: object) -> bool:
    """Tell whether a value is a number, to be written with separators."""
    return isinstance(value, (int, float, Fraction)) and not isinstance(value, bool)


@register.filter
def listed(names: Iterable[object]) -> object:
    """Join names with the comma of the language of the page, what is Chinese marked."""
    return zh(in_list([str(one) for one in names], spoken()))


@register.filter
def clause(text: ClauseText, document: str) -> object:
    """Cite a clause, without its document where that is the one that the page names once."""
    return zh(text.clause if text.name == document and text.clause else text)


@register.simple_tag
def called(login: str, people: Mapping[str, str]) -> object:
    """Name the person with a login name; who has no account any more stands by the login name."""
    return zh(people.get(login, login))


@register.filter
def said(problem: Problem) -> object:
    """Tell a problem: what, why, what to do; its code and place stand beside."""
    language = spoken()
    parts = (problem.what(language), problem.why(language), problem.on_screen(language))
    return zh(("" if language == "zh" else " ").join(filter(None, parts)))


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """Return the address's query with some values changed; an empty value takes one out."""
    values = context["request"].GET.copy()
    values.pop("page", None)
    for name, value in changes.items():
        if value in ("", None):
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the navigation; it says nothing that the words beside it do not say."""
    return format_html(
        '<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>',
        SafeString(ICONS.get(name, "")),
    )
