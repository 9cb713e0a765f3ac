"""Words for what a worked example expects: figures by their titles, verdicts and states as an officer says them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jiqun.methods.wording.phrases import phrases, say
from jiqun.packs.models.example import Example
from jiqun.packs.models.method import Method
from jiqun.problems import Language

_OWN = {"status", "grade", "treated_as", "rank", "population", "grade__reason", "total", "exception"}


def expected_words(method: Method, example: Example, language: Language = "zh") -> tuple[tuple[str, str], ...]:
    """Say every expected figure of an example as (title, value); what is not known is said so, never as nothing."""
    return tuple(
        (_title(method, name, language), _value(method, name, None if value is None else str(value), language))
        for name, value in example.expected.items()
    )


def _title(method: Method, name: str, language: Language) -> str:
    name = name.removeprefix("entitlement__").removesuffix("__state")
    item = name.removesuffix("_points")
    for part in _parts(method, name):
        title = str((part.title, part.title_en)[language == "en"] or part.title)
        if title:
            return title
    if item != name:
        return say("expected.points", language, item=_title(method, item, language))
    return say(f"expected.{name}", language) if name in _OWN else name


def _parts(method: Method, name: str) -> Iterator[Any]:
    """What goes by a name in a method; points go by their item, and by the measure where the item has no title."""
    item = name.removesuffix("_points")
    if item != name:
        return
    sections = (method.criteria, method.requirements, method.nodes, method.entitlements, method.measures)
    for section in (*sections, method.prepared, method.inputs):
        if name in section:
            yield section[name]
    for scores in method.scores.values():
        if name in scores:
            yield scores[name]
            measure = scores[name].measure or ""
            if measure in method.measures:
                yield method.measures[measure]


def _value(method: Method, name: str, value: str | None, language: Language) -> str:
    if value is None:
        return say("expected.none" if name in method.entitlements or name == "grade" else "unknown", language)
    if name == "population" and value in method.populations:
        one = method.populations[value]
        return (one.title, one.title_en)[language == "en"] or one.title
    reason, _, grade = value.partition(":")
    if name == "grade__reason" and f"grade.{reason}" in phrases():
        return say(f"grade.{reason}", language, grade=grade)
    for key in (f"verdict.{value}", f"status.{value}", f"state.{value}"):
        if key in phrases():
            return say(key, language)
    return value
