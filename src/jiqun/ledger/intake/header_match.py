"""Which field of the contract each header means: by title, by alias, by what the user told — never by a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from jiqun.ledger.intake.header_text import Said, composed, loose, speaks_of_another_period
from jiqun.ledger.intake.raw import letter
from jiqun.packs.models.table import Column, TableContract
from jiqun.values import Unit, comparable

How = Literal["title", "alias", "told", "close"]
ERROR_COLUMN = "错误说明"
_NEAR_ENOUGH = 60


@dataclass(frozen=True)
class Match:
    """A header that means a field; `unit` is the unit as written beside it, None where none is."""

    column: int
    field: Column
    how: How
    unit: str | None


@dataclass(frozen=True)
class Unmatched:
    """A header that means no field of the contract, or more than one (`fields`)."""

    column: int
    header: str
    other_period: bool = False
    fields: tuple[str, ...] = ()


class Vocabulary:
    """The words by which a contract's fields may be called."""

    def __init__(self, contract: TableContract) -> None:
        self._titles: dict[str, list[Column]] = {}
        self._aliases: dict[str, list[Column]] = {}
        self._loose: dict[str, list[Column]] = {}
        for one in contract.fields:
            for word in {comparable(word) for word in (one.name, one.title, one.title_en)}:
                self._titles.setdefault(word, []).append(one)
            for word in {comparable(word) for word in one.aliases}:
                self._aliases.setdefault(word, []).append(one)
            for word in {loose(comparable(word)) for word in (one.name, one.title, one.title_en, *one.aliases)}:
                self._loose.setdefault(word, []).append(one)
        self._shown = {word: one.name for one in contract.fields for word in (one.title, *one.aliases)}

    def find(self, said: Sequence[Said]) -> tuple[Said, How, list[Column]] | None:
        """Return the first reading that is a title, else an alias, else equal but for punctuation."""
        tables: tuple[tuple[How, dict[str, list[Column]]], ...] = (
            ("title", self._titles),
            ("alias", self._aliases),
            ("close", self._loose),
        )
        for how, table in tables:
            for one in said:
                fields = table.get(loose(one.name) if how == "close" else one.name, [])
                fitting = [field for field in fields if _may_have(field, one.unit)]
                if fitting:
                    return self._with_unit(one, said, fitting), how, fitting
        return None

    def _with_unit(self, found: Said, said: Sequence[Said], fields: Sequence[Column]) -> Said:
        """Prefer a reading of the same header that means the same field and states a unit (usage_kwh)."""
        for one in said:
            same = self._loose.get(loose(one.name), [])
            if found.unit is None and one.unit and any(field in same for field in fields if _may_have(field, one.unit)):
                return one
        return found

    def field(self, word: str) -> str:
        """Return the name of the one field that is called so; the word itself where none or several are."""
        for table in (self._titles, self._aliases):
            found = {one.name for one in table.get(comparable(word), [])}
            if found:
                return found.pop() if len(found) == 1 else word
        return word

    def nearest(self, header: str) -> str:
        """Return `field (title)` of the nearest word, or `—`."""
        if not header:
            return "—"
        found = process.extractOne(header, self._shown.keys(), scorer=fuzz.WRatio, score_cutoff=_NEAR_ENOUGH)
        return f"{self._shown[found[0]]}（{found[0]}）" if found else "—"


def _may_have(field: Column, unit: str | None) -> bool:
    """A unit straight behind a name counts only for numbers; 年度 is not the name 年 in 度."""
    return unit is None or field.type in ("number", "integer")


def match_headers(
    parts: Sequence[Sequence[str]],
    vocabulary: Vocabulary,
    year: int | None,
    told: Mapping[int, Column],
) -> tuple[list[Match], list[Unmatched]]:
    """Match every column's header (its parts from top to bottom); `told` gives columns that the user named."""
    matches: list[Match] = []
    rest: list[Unmatched] = []
    taken = {field.name for field in told.values()}
    for column, texts in enumerate(parts):
        header = " ".join(texts)
        said = composed(texts)
        if column in told:
            found_unit = next((one.unit for one in said if one.unit), None)
            matches.append(Match(column, told[column], "told", found_unit))
        elif not texts or comparable(header) == ERROR_COLUMN:
            continue
        elif any(map(speaks_of_another_period, texts[:-1])) or _other_year(said, year):
            rest.append(Unmatched(column, header, other_period=True))
        else:
            _match_one(column, header, said, vocabulary, taken, matches, rest)
    return matches, rest


def _other_year(said: Iterable[Said], year: int | None) -> bool:
    years = {one.year for one in said if one.year}
    return year is not None and bool(years) and year not in years


def _match_one(
    column: int,
    header: str,
    said: Sequence[Said],
    vocabulary: Vocabulary,
    taken: set[str],
    matches: list[Match],
    rest: list[Unmatched],
) -> None:
    found = vocabulary.find(said)
    fields = [one for one in found[2] if one.name not in taken] if found else []
    if not found or not fields:
        rest.append(Unmatched(column, header))
    elif len(fields) > 1:
        rest.append(Unmatched(column, header, fields=tuple(one.name for one in fields)))
    else:
        matches.append(Match(column, fields[0], found[1], found[0].unit))


def doubled(matches: Iterable[Match]) -> dict[str, list[Match]]:
    """Return the fields that more than one column means."""
    by_field: dict[str, list[Match]] = {}
    for one in matches:
        by_field.setdefault(one.field.name, []).append(one)
    return {name: group for name, group in by_field.items() if len(group) > 1}


def cell_name(column: int, row: int) -> str:
    """Name a cell by its 0-based column and row.

    >>> cell_name(1, 2)
    'B3'
    """
    return f"{letter(column)}{row + 1}"


def parsed_unit(text: str | None) -> Unit | None:
    """Return a unit's text as a unit; None for no text or for no known unit."""
    if text is None:
        return None
    try:
        return Unit.parse(text)
    except ValueError:
        return None
