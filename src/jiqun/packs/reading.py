"""Reading one YAML file with the place of every key and value, safely: no anchors, no tags, no floats, no surprises.

Only four kinds of plain scalar mean more than text: `true`/`false`, whole decimal numbers without leading zero, dates
`2022-01-31`, and `null`, `~` or nothing. `yes`, `on`, `0111` and `1:30` stay text, as people mean them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from jiqun.problems import Place, Problem, problem

LARGEST = 2_000_000
DEEPEST = 32
_LARGEST_KEPT = 100_000  # characters; the largest rule has a third of it
_FILES_KEPT = 1024

Route = tuple[str | int, ...]
Mark = tuple[int, int]
T = TypeVar("T")

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,39})")
_FLOAT = re.compile(r"[-+]?(?:\.\d+|\d[\d_]*(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOTHING = ("", "~", "null")
_STR = "tag:yaml.org,2002:str"
# blanks that look like blanks and are none to YAML: no-break, full-width, zero-width, byte order mark
_FALSE_BLANK = re.compile(r"[ ]*([\u00a0\u3000\u2000-\u200d\u2060\ufeff])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WIDE_COLON = re.compile(r"\s*[-\w.]+(：)")
# what the parser says, in Chinese; the rest is said as it is
_SYNTAX = {
    "control characters are not allowed": ("有看不见的控制字符", "it holds a control character that cannot be seen"),
    "mapping values are not allowed": ("这里不能再有“键: 值”，多半是缩进不齐或文字里有冒号没加引号", None),
    "could not find expected ':'": ("缺少冒号", None),
    "did not find expected ',' or '}'": ("花括号、逗号或引号没有配对", None),
    "did not find expected ',' or ']'": ("方括号、逗号或引号没有配对", None),
    "did not find expected key": ("缩进与上面各行不齐", "the indentation differs from the lines above"),
    "did not find expected '-' indicator": ("列表各项没有对齐", "the items of the list are not aligned"),
    "did not find expected node content": ("括号没有写完", "a bracket is not closed"),
    "unexpected end of stream": ("引号没有配对", "a quote is not closed"),
    "cannot start any token": ("以 @ 或 ` 等符号开头的文字要加引号", None),
    "unknown escape character": ("双引号里的反斜杠要写两个", "a backslash within double quotes is written twice"),
    "block sequence entries are not allowed": ("这里不能写列表项，请检查缩进", None),
    "%": ("以 % 开头的文字要加引号", None),
}


class _Composer(yaml.CSafeLoader):
    """The C parser with every implicit tag but text taken away; `_value` gives plain scalars their meaning."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


@dataclass(frozen=True, eq=False)
class Source:
    """What one file says, with the place of each key and value by its route from the top.

    One reading of a text is one source, however many law books share it (`_parsed`), so sources are told by identity.
    """

    file: str
    data: Any = None
    values: Mapping[Route, Mark] = field(default_factory=dict)
    keys: Mapping[Route, Mark] = field(default_factory=dict)
    text: str = ""  # of a file that is no YAML, so that one may still see what it was meant to hold
    made: dict[Hashable, tuple[Any, Any]] = field(default_factory=dict, repr=False)  # lasts as long as the source

    def once(self, key: Hashable, make: Callable[[], T], given: object = None) -> T:
        """Return what was made of this text before, or make it: law books that share a text share its objects.

        `given` is what else it was made of; the last of it is kept.
        """
        kept = self.made.get(key)
        if kept is None or kept[0] != given:
            kept = self.made[key] = (given, make())
        found: T = kept[1]
        return found

    def place(self, route: Route = (), item: str = "") -> Place:
        """Return the place of the value at a route, or of the nearest thing around it that the file has."""
        return self._place(self.values, route, item)

    def key_place(self, route: Route) -> Place:
        """Return the place of the key at a route."""
        return self._place(self.keys if route in self.keys else self.values, route)

    def _place(self, marks: Mapping[Route, Mark], route: Route, item: str = "") -> Place:
        while route and route not in marks:
            route = route[:-1]
        line, column = marks.get(route, (1, 1))
        return Place(file=self.file, line=line, column=column, item=item)


def read_yaml(path: Path, file: str) -> tuple[Source, tuple[Problem, ...]]:
    """Read a YAML file; what is wrong comes back as problems at their line, and the rest is still read."""
    text, found = _text_of(path, file)
    if found:
        return Source(file, text=text), (found,)
    return (_parsed if len(text) <= _LARGEST_KEPT else _parsed.__wrapped__)(text, file)


@lru_cache(_FILES_KEPT)
def _parsed(text: str, file: str) -> tuple[Source, tuple[Problem, ...]]:
    """Parse a text once: a draft, a publication or a second workspace shares nearly all its files with the first."""
    refused = tuple(_refused(text, file))
    if refused:
        return Source(file, text=text), refused
    loader = _Composer(text)
    try:
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        return Source(file, text=text), (_syntax(error, text, file),)
    finally:
        loader.dispose()
    if node is None:
        return Source(file), (problem("PACK-003", Place(file=file, line=1)),)
    reader = _Reader(file)
    data = reader.value(node, ())
    return Source(file, data, reader.values, reader.keys), tuple(reader.problems)


def _text_of(path: Path, file: str) -> tuple[str, Problem | None]:
    size = path.stat().st_size
    if size > LARGEST:
        return "", problem("PACK-006", Place(file=file), size=size, limit=LARGEST)
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        place = Place(file=file, line=line)
        return raw.decode("utf-8", "replace"), problem("PACK-001", place, byte=f"0x{raw[error.start]:02x}")
    for number, row in enumerate(text.splitlines(), 1):
        if "\t" in row:
            return text, problem("PACK-005", Place(file=file, line=number, column=row.index("\t") + 1), sign="U+0009")
        if false := _FALSE_BLANK.match(row):
            place = Place(file=file, line=number, column=false.start(1) + 1)
            return text, problem("PACK-005", place, sign=f"U+{ord(false[1]):04X}")
    return text, None


def _refused(text: str, file: str) -> Iterator[Problem]:
    """Say what packs do not allow, each construct where it stands first."""
    depth = documents = 0
    said: set[str] = set()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            aliased = isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)
            construct = "& / *" if aliased else getattr(event, "tag", None)
            if construct and construct not in said:
                said.add(construct)
                yield problem("PACK-004", _event_place(event, file), construct=construct)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    yield problem("PACK-004", _event_place(event, file), construct="---")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                yield problem("PACK-007", _event_place(event, file), limit=DEEPEST)
                return
    except yaml.YAMLError as error:
        yield _syntax(error, text, file)


def _event_place(event: yaml.Event, file: str) -> Place:
    mark = event.start_mark
    return Place(file=file, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=file)


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    place = Place(file=file, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=file, line=1)
    detail = getattr(error, "problem", None) or str(error).splitlines()[0]
    if not mark:  # a character the parser refuses before it counts lines
        for number, row in enumerate(text.split("\n"), 1):
            if refused := _CONTROL.search(row):
                place = Place(file=file, line=number, column=refused.start() + 1)
                break
    for number in (place.line - 1, place.line):
        rows = text.split("\n")[number - 1 : number]
        if number > 0 and rows and (wide := _WIDE_COLON.match(rows[0])):
            place = Place(file=file, line=number, column=wide.start(1) + 1)
            said = {
                "detail": "the colon is full-width: “：” is written “: ”",
                "detail_zh": "冒号是全角的“：”，要写半角“: ”",
            }
            return problem("PACK-002", place, **said)
    zh, en = next(((zh, en) for sign, (zh, en) in _SYNTAX.items() if sign in detail), (detail, None))
    return problem("PACK-002", place, detail=en or detail, detail_zh=zh)


class _Reader:
    """Turns nodes into values and keeps their places."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Route, Mark] = {}
        self.keys: dict[Route, Mark] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, route: Route) -> Any:
        self.values[route] = _mark(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, route)
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.value(item, (*route, index)) for index, item in enumerate(node.value))
        return self._scalar(node, getattr(node, "style", None))

    def _mapping(self, node: yaml.MappingNode, route: Route) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = _mark(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(problem("PACK-004", self._place(mark), construct="? [] {}"))
                continue
            key = str(key_node.value)
            if key == "<<" and not key_node.style:
                self.problems.append(problem("PACK-004", self._place(mark), construct="<<"))
                continue
            if key in result:
                first = self.keys[(*route, key)][0]
                self.problems.append(problem("PACK-008", self._place(mark), key=key, first=first))
                continue
            self.keys[(*route, key)] = mark
            result[key] = self.value(value_node, (*route, key))
        return result

    def _scalar(self, node: yaml.Node, style: str | None) -> Any:
        text = str(node.value)
        if style:
            return text
        if text in _NOTHING:
            return None
        if text in ("true", "false"):
            return text == "true"
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DAY.fullmatch(text):
            return self._day(text, node)
        if _FLOAT.fullmatch(text) and not text.isdigit():
            self.problems.append(problem("PACK-009", self._place(_mark(node)), text=text))
        return text

    def _day(self, text: str, node: yaml.Node) -> date | str:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problems.append(problem("PACK-010", self._place(_mark(node)), text=text))
            return text

    def _place(self, mark: Mark) -> Place:
        return Place(file=self.file, line=mark[0], column=mark[1])


def _mark(node: yaml.Node) -> Mark:
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
