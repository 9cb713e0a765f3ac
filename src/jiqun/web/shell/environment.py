"""How pages are made: Jinja's environment with the words and figures of the workbench.

A page costs most of its time in its template; Jinja compiles one to Python once, Django's engine walks it every time
(decision 0041).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.template import defaultfilters
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as dated
from jinja2 import ChainableUndefined, Environment, Undefined, nodes, pass_context
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context

from jiqun.web.shell import calls, filters

_FILTERS: tuple[Callable[..., Any], ...] = (
    filters.date,
    filters.in_notice,
    filters.isnumber,
    filters.regrouped,
    defaultfilters.default_if_none,
    defaultfilters.filesizeformat,
    defaultfilters.floatformat,
    defaultfilters.length,
    defaultfilters.pluralize,
    defaultfilters.stringformat,
    defaultfilters.truncatechars,
)
_OF_FIGURES: tuple[Callable[..., str], ...] = (
    filters.minus,
    filters.number,
    filters.percent,
    filters.signed,
    filters.width,
)
_BY_LANGUAGE: tuple[Callable[..., Any], ...] = (
    filters.clause,
    filters.listed,
    filters.measured,
    filters.said,
    filters.unit,
    filters.zh,
)
_CALLS: tuple[Callable[..., Any], ...] = (
    calls.both,
    calls.called,
    calls.earned,
    calls.form_marks,
    calls.graded,
    calls.icon,
    calls.query,
    calls.url,
    static,
)


class Both(Extension):
    """`{% both "中文" "English" %}`: text of the template itself in the language of the page.

    Of two literals the compiled page holds both and chooses by `language`; names are looked up and escaped like any
    other, and so is everything where a third part gives the count that “firm(s)” goes by.
    """

    tags = {"both"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        parts: list[nodes.Expr] = []
        while parser.stream.current.type != "block_end":
            parts.append(_part(parser))
        if len(parts) == 2 and all(isinstance(one, nodes.Const) for one in parts):  # noqa: PLR2004
            zh, en = (nodes.Output([nodes.TemplateData(one.value)]) for one in parts)  # type: ignore[attr-defined]
            english = nodes.Compare(nodes.Name("language", "load"), [nodes.Operand("eq", nodes.Const("en"))])
            return nodes.If(english, [en], [], [zh]).set_lineno(line)
        told = nodes.Call(nodes.Name("both", "load"), parts, [], None, None)
        return nodes.Output([told]).set_lineno(line)


def _part(parser: Parser) -> nodes.Expr:
    if parser.stream.current.type == "string":  # Jinja takes neighbouring literals for one
        token = next(parser.stream)
        return nodes.Const(token.value, lineno=token.lineno)
    return parser.parse_unary()


class Pages(Environment):
    """An environment in which a name behind a point is first the key of a mapping: `line.values`, `one.items`."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:  # not a query, whose names anybody may choose
            return obj[attribute]
        return super().getattr(obj, attribute)


def by_language(word: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that is asked when a page is made: of a literal, Jinja would keep what it said first."""

    @pass_context
    @wraps(word)
    def told(_: Context, *parts: Any) -> Any:
        return word(*parts)

    return told


def of_something(word: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that says nothing of what a page was not given; a figure it is given is written as ever."""

    @wraps(word)
    def told(value: object, *parts: Any) -> str:
        return "" if isinstance(value, Undefined) else word(value, *parts)

    return told


def nothing(value: object) -> bool:
    return value is None or isinstance(value, Undefined)


def today_as(form: str) -> str:
    """Return the day of today in the form of Django's `date` filter."""
    return dated(timezone.localtime(), form)


def environment(**options: Any) -> Environment:
    """Return the environment of every page; what a page is not given says nothing."""
    own = {"undefined": ChainableUndefined, "extensions": [Both], "keep_trailing_newline": True}
    made = Pages(**(options | own))
    made.filters |= {one.__name__: one for one in _FILTERS}
    made.filters |= {one.__name__: of_something(one) for one in _OF_FIGURES}
    made.filters |= {one.__name__: by_language(one) for one in _BY_LANGUAGE}
    made.tests["none"] = nothing
    made.globals |= {one.__name__: one for one in _CALLS} | {"today_as": today_as}
    return made
