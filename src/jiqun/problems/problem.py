"""Problems: what a person is told when something is wrong, where it is, why it matters and what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from string import Formatter
from types import MappingProxyType
from typing import Literal

import yaml

UNKNOWN = "—"
# a part of a sentence in ⟦ ⟧ is said only where its values are known: ⟦, the nearest is {nearest}⟧
_OPTIONAL = re.compile("⟦(.*?)⟧")
Severity = Literal["error", "warning", "notice"]
Language = Literal["zh", "en"]


@dataclass(frozen=True, order=True)
class Place:
    """Where a problem is: a file with line and column, or a workbook's sheet and cell, or a row of a table."""

    file: str = ""
    sheet: str = ""
    row: int = 0
    cell: str = ""
    line: int = 0
    column: int = 0
    item: str = ""

    def __str__(self) -> str:
        parts = self.file
        if self.line:
            parts += f":{self.line}" + (f":{self.column}" if self.column else "")
        if self.sheet:
            parts += f"!{self.sheet}" if parts else self.sheet
        if self.cell:
            parts += f"!{self.cell}"
        elif self.row:
            parts += f"!{self.row}"
        if self.item:
            parts += f" [{self.item}]" if parts else self.item
        return parts


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue: severity and the three sentences in two languages.

    `screen` is what to do where the reader sits before a page, for entries whose `fix` names options of a command.
    """

    code: str
    severity: Severity
    what: Mapping[Language, str]
    why: Mapping[Language, str]
    fix: Mapping[Language, str]
    screen: Mapping[Language, str]


@dataclass(frozen=True)
class Problem:
    """A catalogue entry at a place, with the values that its sentences name."""

    code: str
    place: Place = Place()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return catalogue()[self.code].severity

    def what(self, language: Language = "zh") -> str:
        return self._say(catalogue()[self.code].what[language])

    def why(self, language: Language = "zh") -> str:
        return self._say(catalogue()[self.code].why[language])

    def fix(self, language: Language = "zh") -> str:
        return self._say(catalogue()[self.code].fix[language])

    def on_screen(self, language: Language = "zh") -> str:
        """Return what to do in the words of a page, where there are no options of a command."""
        return self._say(catalogue()[self.code].screen[language])

    def text(self, language: Language = "zh") -> str:
        """Return code, place and the three sentences in one line."""
        where = f"{self.place}: " if str(self.place) else ""
        gap = "" if language == "zh" else " "
        return f"{self.code} {where}" + gap.join(
            filter(None, (self.what(language), self.why(language), self.fix(language)))
        )

    def at(self, **changes: str | int) -> Problem:
        """Return the same problem with parts of its place filled in."""
        return replace(self, place=replace(self.place, **changes))  # type: ignore[arg-type]

    def _say(self, template: str) -> str:
        return _OPTIONAL.sub(self._known, template).format_map(self.values)

    def _known(self, part: re.Match[str]) -> str:
        names = [name for _, name, _, _ in Formatter().parse(part[1]) if name]
        return part[1] if all(self.values.get(name, UNKNOWN) not in ("", UNKNOWN) for name in names) else ""


class ProblemsError(Exception):
    """Raised with every problem found, sorted by place; callers show them all.

    As text it speaks the language of JIQUN_LANG, English where that is not set: who sees it as text works in Python.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = by_place(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        language: Language = "zh" if os.environ.get("JIQUN_LANG", "").lower().startswith("zh") else "en"
        return "\n".join(one.text(language) for one in self.problems)


def problem(code: str, place: Place | None = None, **values: object) -> Problem:
    """Make a problem; every name its sentences use must be given (KeyError where one is not)."""
    for name in _needed(code):
        if name not in values:
            raise KeyError(name)
    return Problem(code, place or Place(), MappingProxyType({name: str(value) for name, value in values.items()}))


@cache
def _names(code: str) -> tuple[str, ...]:
    """Return every name that the sentences of an entry use."""
    entry = catalogue()[code]
    return _used(text for said in (entry.what, entry.why, entry.fix, entry.screen) for text in said.values())


@cache
def _needed(code: str) -> tuple[str, ...]:
    """Return the names that are used outside ⟦ ⟧; kept, as a file may have as many faults as it has cells."""
    entry = catalogue()[code]
    said = (entry.what, entry.why, entry.fix, entry.screen)
    return _used(_OPTIONAL.sub("", text) for one in said for text in one.values())


def _used(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for text in texts for _, name, _, _ in Formatter().parse(text) if name}))


def recalled(code: str, place: Place, values: Mapping[str, str]) -> Problem:
    """Make a problem again that was kept with a result; a name that its sentences came to use since is unknown.

    >>> recalled("PACK-108", Place(), {"id": "x"}).what("en")
    'There is no taxonomy x.'
    """
    return Problem(code, place, MappingProxyType({**dict.fromkeys(_names(code), UNKNOWN), **values}))


def by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort problems by place, then code."""
    return tuple(sorted(problems, key=lambda one: (one.place, one.code, sorted(one.values.items()))))


def stop_if_errors(problems: Iterable[Problem]) -> None:
    """Raise ProblemsError with all problems if one of them is an error."""
    found = list(problems)
    if any(one.severity == "error" for one in found):
        raise ProblemsError(found)


@cache
def catalogue() -> Mapping[str, Entry]:
    """Read the catalogue: one YAML file per layer, code → {severity, zh: [what, why, fix], en: …, screen: {zh, en}}."""
    entries: dict[str, Entry] = {}
    folder = resources.files("jiqun.problems") / "catalogue"
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            for code, raw in (yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}).items():
                if code in entries:
                    raise ValueError(f"problem code {code} stands twice in the catalogue")
                entries[code] = _entry(code, raw)
    return MappingProxyType(entries)


def _entry(code: str, raw: Mapping[str, object]) -> Entry:
    sentences: dict[Language, list[str]] = {"zh": list(raw["zh"]), "en": list(raw["en"])}  # type: ignore[call-overload]
    if any(len(three) != 3 for three in sentences.values()):
        raise ValueError(f"{code} needs exactly three sentences (what, why, fix) in each language")
    what, why, fix = ({lang: three[index] for lang, three in sentences.items()} for index in range(3))
    screen: Mapping[Language, str] = raw.get("screen", fix)  # type: ignore[assignment]
    return Entry(code, raw["severity"], what, why, fix, screen)  # type: ignore[arg-type]
