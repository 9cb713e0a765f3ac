"""What a page calls for: a text in its language, addresses, grades, points, icons, the marks of a form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from django.urls import get_script_prefix, reverse
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from jiqun.problems import Language
from jiqun.web.people.scope import scope_of
from jiqun.web.shell.filters import zh
from jiqun.web.shell.icons import ICONS
from jiqun.web.shell.language import both as in_both
from jiqun.web.shell.language import counted, spoken

_SHAPES = {"A": "a", "B": "b", "C": "c", "D": "d"}


def both(zh: str, en: str, count: object = None) -> str:
    """Say a text in the language of the page, its “firm(s)” by a count."""
    return in_both(zh, en if count is None else counted(en, count))


@pass_context
def form_marks(context: Context) -> Markup:
    """Put the mark against forgery into a form and, of who answers for several firms, the firm that it is about."""
    found = Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(context.get("csrf_token", ""))
    user: Any = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated or not user.chooses:
        return found
    return found + Markup('<input type="hidden" name="acting_for" value="{}">').format(scope_of(user).place)


def url(name: str, *args: object, **kwargs: object) -> str:
    """Say the address of a page as Django's tag of this name does, and remember it: a grid asks for hundreds."""
    return _address(get_script_prefix(), name, args, tuple(kwargs.items()))


@lru_cache(maxsize=16_384)
def _address(prefix: str, name: str, args: tuple[object, ...], kwargs: tuple[tuple[str, object], ...]) -> str:
    return reverse(name, args=args, kwargs=dict(kwargs))


def earned(points: Any, css: str = "") -> Markup:
    """Draw a cell with the points of an item: a figure, the mean (nothing reported, and the rule gives it), or none."""
    if points.said is None:
        said = Markup('<span class="jq-missing">{}</span>').format(in_both("无数据", "no data"))
    elif points.mean:
        why = in_both("没有数据，按办法取平均得分", "no data: mean of the others, as the rule says")
        drawn = Markup('<span class="text-secondary">{}</span><sup class="jq-mean" title="{}">{}</sup>')
        said = drawn.format(points.said, why, in_both("均", "mean"))
    else:
        said = escape(points.said)
    return Markup(f'<td class="num{escape(css)}">{said}</td>')


def graded(letter: str | None, large: bool = False) -> Markup:
    """Draw a grade: letter, shape and colour, so that it reads in black and white and aloud."""
    return _graded(letter, large, spoken())


@lru_cache(maxsize=512)
def _graded(letter: str | None, large: bool, language: Language) -> Markup:
    if not letter:
        return Markup('<span class="jq-grade jq-grade-u">{}</span>').format("未评" if language == "zh" else "none")
    shape = _SHAPES.get(letter)
    if shape is None:
        return Markup('<span class="badge">{}</span>').format(zh(letter))
    size = " jq-grade-lg" if large else ""
    return Markup('<span class="jq-grade jq-grade-{}{}">{}</span>').format(shape, size, letter)


def called(login: str, people: Mapping[str, str]) -> object:
    """Name the person with a login name; who has no account any more stands by the login name."""
    return zh(people.get(login, login))


@pass_context
def query(context: Context, **changes: object) -> str:
    """Return the address's query with some values changed; an empty value takes one out."""
    values = context["request"].GET.copy()
    values.pop("page", None)
    for name, value in changes.items():
        if value in ("", None):
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}"


@cache
def icon(name: str) -> Markup:
    """Draw an icon of the navigation; it says nothing that the words beside it do not say."""
    return Markup(
        '<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{ICONS.get(name, "")}</svg>'
    )
