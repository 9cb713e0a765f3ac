"""The words of a rule that an officer enters beside its numbers: titles and clauses of benchmarks and entitlements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from jiqun.desk.drafts.rule_text import composed, edited, end_of, written

# by section, what an entry says in words
_WORDED: Mapping[str, tuple[str, ...]] = {
    "benchmarks": ("title", "title_en", "clause"),
    "entitlements": ("title", "title_en", "clause"),
}


@dataclass(frozen=True)
class Words:
    """What an entry of a rule says under a key; empty where it says nothing there yet."""

    section: str
    entry: str
    key: str
    text: str

    @property
    def name(self) -> str:
        """The place as a form names it."""
        return f"{self.section}/{self.entry}/{self.key}"


def rule_words(text: str) -> list[Words]:
    """Return titles and clauses of a rule's benchmarks and entitlements, in their order.

    >>> [one.name for one in rule_words('entitlements: {price: {title: 加价, unit: 元}}')]
    ['entitlements/price/title', 'entitlements/price/title_en', 'entitlements/price/clause']
    """
    return [
        Words(section, entry, key, said[key].value if key in said else "")
        for section, entry, node in _entries(text)
        for said in [_scalars(node)]
        for key in _WORDED[section]
    ]


def with_rule_words(text: str, changed: Mapping[str, str]) -> str:
    """Return the text with words replaced or put in, by their names; ValueError names an unknown one.

    What is left empty stays as it was: a title that somebody takes out is taken out of the whole text.
    """
    known = {one.name: one for one in rule_words(text)}
    unknown = sorted(set(changed) - set(known))
    if unknown:
        raise ValueError(unknown[0])
    edits: list[tuple[int, int, str]] = []
    for section, entry, node in _entries(text):
        there, added = _scalars(node), dict[str, str]()
        for key in _WORDED[section]:
            told = changed.get(f"{section}/{entry}/{key}", "").strip()
            if told and key in there and told != there[key].value:
                edits.append((there[key].start_mark.index, there[key].end_mark.index, written(told)))
            elif told and key not in there:
                added[key] = told
        edits += _put_in(text, node, added)
    return edited(text, edits)


def _put_in(text: str, node: yaml.MappingNode, added: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Put keys at the end of an entry, in the way it is written: within its braces, or as lines of its own."""
    said = [f"{key}: {written(one)}" for key, one in added.items()]
    if not said or not node.value:
        return
    if node.flow_style:
        last = end_of(node.value[-1][1])
        yield last, last, "".join(f", {one}" for one in said)
    else:
        end = end_of(node)
        line = text.find("\n", end)
        at = len(text) if line < 0 else line
        indent = " " * node.value[0][0].start_mark.column
        yield at, at, "".join(f"\n{indent}{one}" for one in said)


def _entries(text: str) -> Iterator[tuple[str, str, yaml.MappingNode]]:
    for key, part in composed(text).value:
        if key.value in _WORDED and isinstance(part, yaml.MappingNode):
            for name, node in part.value:
                if isinstance(node, yaml.MappingNode):
                    yield key.value, str(name.value), node


def _scalars(node: yaml.MappingNode) -> dict[str, yaml.ScalarNode]:
    return {key.value: value for key, value in node.value if isinstance(value, yaml.ScalarNode)}
