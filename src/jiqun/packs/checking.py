"""Holding what a file says against its model, and saying every deviation as a problem at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from jiqun.packs.models.base import ADCODE, MONTH_DAY, UnfitError
from jiqun.packs.reading import Route, Source
from jiqun.problems import Problem, problem

M = TypeVar("M", bound=BaseModel)

_BOUNDS = {
    "ge": ("不能小于", "it is not less than"),
    "gt": ("要大于", "it is more than"),
    "le": ("不能大于", "it is not more than"),
    "lt": ("要小于", "it is less than"),
}
_PATTERNS = {
    ADCODE: ("六位行政区划代码（如 500000）", "an adcode of six digits, such as 500000"),
    MONTH_DAY: ("月-日（如 04-30）", "a month and day, such as 04-30"),
}
_EXACTLY_ONE = re.compile(r"exactly one of (?P<names>.+) is needed, found (?P<found>.+)")
# pydantic's error type → code; the first of these that a union's branches report is the one that is said
_CODES = {
    "missing": "PACK-012",
    "extra_forbidden": "PACK-011",
    "literal_error": "PACK-019",
    "exactly_one": "PACK-021",
    "number": "PACK-018",
    "date_type": "PACK-017",
    "identifier": "PACK-022",
    "string_type": "PACK-013",
    "int_type": "PACK-014",
    "bool_type": "PACK-015",
    "dict_type": "PACK-016",
    "model_type": "PACK-016",
    "model_attributes_type": "PACK-016",
    "tuple_type": "PACK-020",
    "too_short": "PACK-119",
    "value_error": "PACK-023",
}


def nearest(word: str, words: Iterable[str]) -> str:
    """Return the nearest known word, or `—` where none is near."""
    return next(iter(get_close_matches(word, list(words), n=1, cutoff=0.5)), "—")


def validated(source: Source, model: type[M]) -> tuple[M | None, tuple[Problem, ...]]:
    """Make the model from what a file says; None and the problems where it does not fit."""
    if not isinstance(source.data, Mapping):
        return None, (problem("PACK-016", source.place(), value=shown(source.data)),)
    try:
        return model.model_validate(source.data), ()
    except ValidationError as error:
        return None, tuple(_problems(error.errors(include_url=False), source, model))


def shown(value: object) -> str:
    """Show a value of a file shortly."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(list(value)[:3]) + "}"
    if isinstance(value, (tuple, list)):
        return f"[{len(value)}]"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _problems(errors: Iterable[ErrorDetails], source: Source, model: type[BaseModel]) -> Iterator[Problem]:
    by_route: dict[Route, list[ErrorDetails]] = {}
    for error in errors:
        by_route.setdefault(_route(error["loc"], source.data, error["type"]), []).append(error)
    shifted = [route for route, group in by_route.items() if _outdented(route, group, source, model)]
    unknown = {
        route[:-1] for route, group in by_route.items() if any(one["type"] == "extra_forbidden" for one in group)
    }
    told: set[Route] = set()  # keys that one object lacks are told together
    for route, group in by_route.items():
        kinds = {error["type"] for error in group}
        lacking = kinds == {"missing"}
        if lacking and route[:-1] in told:
            continue
        # a list whose items are wrong is also reported as too short, which says nothing new
        inner = any(other[: len(route)] == route and other != route for other in by_route)
        echo = (inner and kinds == {"too_short"}) or (lacking and route[:-1] in unknown)
        if echo or any(_after(source, one, route) for one in shifted):
            continue
        if lacking:
            told.add(route[:-1])
            keys = [str(other[-1]) for other, errors in by_route.items() if _lacks(route[:-1], other, errors)]
            yield problem("PACK-012", source.place(route), key=", ".join(keys))
        else:
            yield _one_problem(route, group, source, model)


def _lacks(parent: Route, route: Route, errors: list[ErrorDetails]) -> bool:
    return route[:-1] == parent and {one["type"] for one in errors} == {"missing"}


def _outdented(route: Route, group: list[ErrorDetails], source: Source, model: type[BaseModel]) -> bool:
    """Tell whether a key without content belongs one or more levels further out: its lines are indented too far."""
    empty = all(one["input"] is None and _CODES.get(one["type"]) == "PACK-016" for one in group)
    outer = range(len(route) - 1)
    return empty and len(route) > 1 and any(str(route[-1]) in known_keys(model, route[:end]) for end in outer)


def _after(source: Source, shifted: Route, route: Route) -> bool:
    """Tell whether a value stands behind a key that is indented too far, on its level or deeper."""
    beside = shifted[:-1]
    return route[: len(beside)] == beside and route != shifted and source.place(route) > source.place(shifted)


def _route(loc: tuple[int | str, ...], data: Any, kind: str) -> Route:
    """Keep the steps of pydantic's location that the file has: names of union branches are not among them."""
    route: list[str | int] = []
    for step in loc:
        if isinstance(data, Mapping) and step in data:
            data = data[str(step)]
        elif isinstance(data, tuple) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            continue
        route.append(step)
    return (*route, loc[-1]) if kind == "missing" else tuple(route)


def _one_problem(route: Route, group: list[ErrorDetails], source: Source, model: type[BaseModel]) -> Problem:
    order = list(_CODES)
    error = min(group, key=lambda one: order.index(one["type"]) if one["type"] in _CODES else len(order))
    kind, context = error["type"], error.get("ctx", {})
    place = source.key_place(route) if kind == "extra_forbidden" else source.place(route)
    key = str(route[-1]) if route else ""
    detail = error["msg"].removeprefix("Value error, ")
    exactly = _EXACTLY_ONE.fullmatch(detail)
    if _outdented(route, group, source, model):
        return problem("PACK-036", source.key_place(route), key=key)
    if kind in ("missing", "too_short"):
        return problem(_CODES[kind], place, key=key)
    if kind == "extra_forbidden":
        known = sorted(known_keys(model, route[:-1]))
        return problem("PACK-011", place, key=key, nearest=nearest(key, known), known=", ".join(known))
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        return problem("PACK-019", place, key=key, value=shown(error["input"]), allowed=allowed)
    if kind == "exactly_one" or exactly:
        said = exactly.groupdict() if exactly else context
        return problem("PACK-021", place, names=said["names"], found=said["found"])
    if kind in _CODES and kind != "value_error":
        return problem(_CODES[kind], place, value=shown(error["input"]))
    unfit = context.get("error")
    route = (*route, *unfit.at) if isinstance(unfit, UnfitError) else route
    place = source.place(route)
    return problem("PACK-023", place, key=_named(route) or str(source.data.get("kind", "")), **_unfit(error, detail))


def _named(route: Route) -> str:
    """Name what stands at a route: its key, and the number of an item of a list."""
    if route and isinstance(route[-1], int):
        return f"{_named(route[:-1])} {route[-1] + 1}".strip()
    return str(route[-1]) if route else ""


def _unfit(error: ErrorDetails, detail: str) -> dict[str, str]:
    context = error.get("ctx", {})
    unfit = context.get("error")
    zh = unfit.zh if isinstance(unfit, UnfitError) else detail
    for bound, (bound_zh, bound_en) in _BOUNDS.items():
        if bound in context:
            zh, detail = f"{bound_zh} {context[bound]}", f"{bound_en} {context[bound]}"
    if error["type"] == "string_pattern_mismatch":
        value, wanted_zh, wanted_en = (
            shown(error["input"]),
            *_PATTERNS.get(context["pattern"], (context["pattern"],) * 2),
        )
        zh, detail = f"{value} 不是{wanted_zh}", f"{value} is not {wanted_en}"
    return {"detail": detail, "detail_zh": zh}


def known_keys(model: Any, route: Route) -> set[str]:
    """Return the keys that may stand in the mapping at a route of a model."""
    for step in route:
        model = _inside(model, step)
    found: set[str] = set()
    for one in _models(model):
        found.update(info.alias or name for name, info in one.model_fields.items())
    return found


def _inside(kind: Any, step: str | int) -> Any:
    for one in _branches(kind):
        if isinstance(one, type) and issubclass(one, BaseModel):
            for name, info in one.model_fields.items():
                if step in (name, info.alias):
                    return info.annotation
        elif get_origin(one) in (tuple, dict):
            return get_args(one)[0 if get_origin(one) is tuple else 1]
    return NoneType


def _branches(kind: Any) -> list[Any]:
    if get_origin(kind) is Annotated:
        return _branches(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [branch for one in get_args(kind) for branch in _branches(one)]
    return [kind]


def _models(kind: Any) -> list[type[BaseModel]]:
    return [one for one in _branches(kind) if isinstance(one, type) and issubclass(one, BaseModel)]
