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
from typing import Any, TypeVar, cast

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
    reader = _Reader(file)
    documents = reader.read(text)
    if reader.refused:
        return Source(file, text=text), tuple(reader.refused)
    if not documents:
        return Source(file), (problem("PACK-003", Place(file=file, line=1)),)
    return Source(file, reader.data, reader.values, reader.keys), tuple(reader.problems)


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


class _TooDeepError(Exception):
    """Nothing further is read: what is nested too deeply has been refused."""


class _Reader:
    """Turns what the parser comes upon into values, in one pass, and keeps their places.

    `refused` is what packs do not allow, each construct where it stands first; where there is any, nothing else counts.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: Any = None
        self.values: dict[Route, Mark] = {}
        self.keys: dict[Route, Mark] = {}
        self.problems: list[Problem] = []
        self.refused: list[Problem] = []
        self._said: set[str] = set()
        self._depth = 0

    def read(self, text: str) -> int:
        """Read a text, and return how many documents it holds."""
        documents = 0
        try:
            self._come_upon = cast(Callable[[], yaml.Event], yaml.CSafeLoader(text).get_event)
            while not isinstance(event := self._next(), yaml.StreamEndEvent):
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents == 2:
                        self._refuse(event, "PACK-004", construct="---")
                    self.data = self._value(self._next(), ())
        except yaml.YAMLError as error:
            self.refused.append(_syntax(error, text, self.file))
        except _TooDeepError:
            pass
        return documents

    def _next(self) -> yaml.Event:
        event = self._come_upon()
        construct = "& / *" if getattr(event, "anchor", None) else getattr(event, "tag", None)
        if construct and construct not in self._said:
            self._said.add(construct)
            self._refuse(event, "PACK-004", construct=construct)
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
            if self._depth > DEEPEST:
                self._refuse(event, "PACK-007", limit=DEEPEST)
                raise _TooDeepError
        elif isinstance(event, yaml.CollectionEndEvent):
            self._depth -= 1
        return event

    def _refuse(self, event: yaml.Event, code: str, **said: Any) -> None:
        self.refused.append(problem(code, self._place(_mark(event)), **said))

    def _value(self, event: yaml.Event, route: Route) -> Any:
        self.values[route] = _mark(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(route)
        if isinstance(event, yaml.SequenceStartEvent):
            return tuple(self._items(route))
        return None  # an alias, which is refused

    def _items(self, route: Route) -> Iterator[Any]:
        index = 0
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._value(event, (*route, index))
            index += 1

    def _mapping(self, route: Route) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            mark = _mark(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.problems.append(problem("PACK-004", self._place(mark), construct="? [] {}"))
                self._pass_over(event)
                self._pass_over(self._next())
                continue
            key = str(event.value)
            if key == "<<" and not event.style:
                self.problems.append(problem("PACK-004", self._place(mark), construct="<<"))
                self._pass_over(self._next())
                continue
            if key in result:
                first = self.keys[(*route, key)][0]
                self.problems.append(problem("PACK-008", self._place(mark), key=key, first=first))
                self._pass_over(self._next())
                continue
            at = (*route, key)
            self.keys[at] = mark
            result[key] = self._value(self._next(), at)
        return result

    def _pass_over(self, event: yaml.Event) -> None:
        """Pass over all that begins with an event."""
        depth = self._depth - isinstance(event, yaml.CollectionStartEvent)
        while self._depth > depth:
            self._next()

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text = str(event.value)
        if event.style:
            return text
        if text in _NOTHING:
            return None
        if text in ("true", "false"):
            return text == "true"
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DAY.fullmatch(text):
            return self._day(text, event)
        if _FLOAT.fullmatch(text) and not text.isdigit():
            self.problems.append(problem("PACK-009", self._place(_mark(event)), text=text))
        return text

    def _day(self, text: str, event: yaml.Event) -> date | str:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problems.append(problem("PACK-010", self._place(_mark(event)), text=text))
            return text

    def _place(self, mark: Mark) -> Place:
        return Place(file=self.file, line=mark[0], column=mark[1])


def _mark(event: yaml.Event) -> Mark:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
