"""Changing numbers and heads in the YAML text of a rule, so that its comments and its order stay as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

Route = tuple[str | int, ...]
NUMBER = re.compile(r"[-+]?[0-9]{1,30}(?:\.[0-9]+)?")
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
# what an officer changes from year to year: places within their section, never ids or formulas
_CHANGED = frozenset(
    {
        "weight",
        "cap_times",
        "cap",
        "floor",
        "smallest",
        "points",
        "share",
        "times",
        "most",
        "least",
        "each",
        "every",
        "start",
        "step",
        "last",
        "beyond",
        "below",
        "best",
    }
)
_WITHIN = frozenset({"shares", "bands", "places"})
_LARGEST_KEPT = 100_000  # characters; a page reads a draft's texts many times, and they never change
_TEXTS_KEPT = 128
_PARTS = ("scores", "nodes", "totals", "grades", "moves", "weights")


@dataclass(frozen=True)
class Number:
    """A number of a rule that may be changed: where it stands and what it says."""

    route: Route
    text: str

    @property
    def name(self) -> str:
        """The route as a form names it."""
        return "/".join(str(one) for one in self.route)


def numbers(text: str) -> list[Number]:
    """Return the numbers that are changed from year to year (weights, caps, bands, quota shares), in their order.

    >>> numbers('scores: {all: {tax: {weight: 30, digits: 2}}}')
    [Number(route=('scores', 'all', 'tax', 'weight'), text='30')]
    """
    return [
        Number(route, node.value)
        for route, node in _leaves(composed(text), ())
        if route[0] in _PARTS and NUMBER.fullmatch(node.value) and (route[-1] in _CHANGED or _WITHIN & set(route))
    ]


class _Loader(yaml.SafeLoader):
    """Reads no aliases, as packs have none: a short text with them may stand for millions of words."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("alias")
        return super().compose_node(parent, index)


def head_of(text: str) -> Mapping[str, Any]:
    """Return an object's text as data; empty where it cannot be read, which the check tells at its line."""
    return (_head if len(text) <= _LARGEST_KEPT else _head.__wrapped__)(text)


@lru_cache(_TEXTS_KEPT)
def _head(text: str) -> Mapping[str, Any]:
    try:
        head = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError):  # an impossible day is a ValueError, deep nesting a recursion
        return {}
    return head if isinstance(head, dict) else {}


def composed(text: str) -> yaml.MappingNode:
    """Return a text's nodes with their places; an empty mapping where it cannot be read."""
    return (_composed if len(text) <= _LARGEST_KEPT else _composed.__wrapped__)(text)


@lru_cache(_TEXTS_KEPT)
def _composed(text: str) -> yaml.MappingNode:
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError):
        node = None
    return node if isinstance(node, yaml.MappingNode) else yaml.MappingNode("map", [])


def _leaves(node: yaml.Node, route: Route) -> Iterator[tuple[Route, yaml.ScalarNode]]:
    if isinstance(node, yaml.ScalarNode) and route:
        yield route, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield from _leaves(value, (*route, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for at, value in enumerate(node.value):
            yield from _leaves(value, (*route, at))


def written(value: str) -> str:
    """Return a value as the packs write it: whole numbers plain, everything else as quoted text.

    >>> written("35"), written("0.20"), written("2026-01-01")
    ('35', '"0.20"', '"2026-01-01"')
    """
    return value if _WHOLE.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def with_numbers(text: str, changed: Mapping[str, str]) -> str:
    """Return the text with numbers replaced, by their names; unknown names and what is no number raise ValueError."""
    known = {one.name: one.route for one in numbers(text)}
    spans = dict(_leaves(composed(text), ()))
    edits = []
    for name, value in changed.items():
        if name not in known or not NUMBER.fullmatch(value.strip()):
            raise ValueError(f"{name}: {value}")
        edits.append((spans[known[name]].start_mark.index, spans[known[name]].end_mark.index, written(value.strip())))
    return edited(text, edits)


Said = str | Mapping[str, str] | Sequence[str]


def with_head(text: str, head: Mapping[str, Said]) -> str:
    """Return the text with keys of the object's head replaced, or put under its English title where it had none."""
    top = {key.value: value for key, value in composed(text).value}
    edits = []
    for key, value in head.items():
        said = written(value) if isinstance(value, str) else _flow(value)
        if key in top and isinstance(top[key], yaml.ScalarNode):
            edits.append((top[key].start_mark.index, top[key].end_mark.index, said))
        elif key in top:
            edits.append((top[key].start_mark.index, end_of(top[key]), said))
        else:
            after = text.index("\n", end_of(top["title_en"])) + 1
            edits.append((after, after, f"{key}: {said}\n"))
    return edited(text, edits)


def _flow(value: Mapping[str, str] | Sequence[str]) -> str:
    if not isinstance(value, Mapping):
        return "[" + ", ".join(map(written, value)) + "]"
    return "{" + ", ".join(f"{key}: {written(one)}" for key, one in value.items()) + "}"


def end_of(node: yaml.Node) -> int:
    """Where a node's text ends; a block's mark stands at the beginning of the next key."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return int(node.end_mark.index)
    inner = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
    return end_of(inner[-1]) if inner else int(node.end_mark.index)


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """Return the text with stretches (from, to, what to say) replaced."""
    for begin, end, said in sorted(edits, reverse=True):
        text = text[:begin] + said + text[end:]
    return text
