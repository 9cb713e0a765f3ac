"""Reading the CSV files of a taxonomy: codes, and which codes of another taxonomy belong to a class."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from jiqun.packs.checking import nearest, validated
from jiqun.packs.models.base import Model
from jiqun.packs.models.taxonomy import Includes, Taxonomy, TaxonomyCode
from jiqun.packs.reading import LARGEST, Route, Source
from jiqun.problems import Place, Problem, problem

_CODE_COLUMNS = (
    "code",
    "parent",
    "name",
    "name_en",
    "level",
    "from",
    "to",
    "aliases",
    "provisional",
    "priority",
    "note",
)
_MEMBER_COLUMNS = ("class", "code", "coverage", "needs", "from", "to", "clause", "note")
T = TypeVar("T", bound=Model)

_WHOLE = ("level", "priority")


@dataclass(frozen=True, eq=False)
class Filled:
    """A taxonomy with the rows of its files in it, the place of each row, and what was wrong; told by identity."""

    taxonomy: Taxonomy
    rows: Mapping[Route, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def fill(taxonomy: Taxonomy, folder: Path, pack_name: str, source: Source) -> Filled:
    """Put the rows of `data` and `members.data` (paths from the pack's folder) into the taxonomy.

    The same files give the same object, however often the law is read.
    """
    named = {("data",): taxonomy.data, ("members", "data"): taxonomy.members.data if taxonomy.members else None}
    files = _Files(folder, pack_name)
    texts = [None if name is None else files.text(name, source.place(route)) for route, name in named.items()]
    given = (pack_name, *texts, *files.problems)
    return source.once("filled", lambda: _filled(taxonomy, texts[0], texts[1], _Rows(pack_name, files.problems)), given)


def _filled(taxonomy: Taxonomy, data: str | None, members: str | None, reader: _Rows) -> Filled:
    codes = list(taxonomy.codes)
    rows: dict[Route, Place] = {}
    if taxonomy.data is not None and data is not None:
        for line, row in reader.rows(taxonomy.data, data, _CODE_COLUMNS, ("code", "name")):
            made = reader.made(TaxonomyCode, _code_row(row), line)
            if made is not None:
                rows["codes", len(codes)] = line
                codes.append(made)
    if members is not None:
        codes = _with_members(taxonomy, codes, members, reader, rows)
    return Filled(taxonomy.model_copy(update={"codes": tuple(codes)}), rows, tuple(reader.problems))


def _with_members(
    taxonomy: Taxonomy, codes: list[TaxonomyCode], text: str, reader: _Rows, rows: dict[Route, Place]
) -> list[TaxonomyCode]:
    assert taxonomy.members is not None
    position = {one.code: index for index, one in enumerate(codes)}
    added: dict[int, list[Includes]] = {}
    for line, row in reader.rows(taxonomy.members.data, text, _MEMBER_COLUMNS, ("class", "code")):
        owner = row.pop("class")
        made = reader.made(Includes, {**_member_row(row), "taxonomy": taxonomy.members.taxonomy}, line)
        if owner not in position:
            near = nearest(owner, position)
            reader.say("PACK-109", line, word=owner, taxonomy=taxonomy.id, nearest=near)
        elif made is not None:
            index = position[owner]
            inner = added.setdefault(index, [])
            rows["codes", index, "includes", len(codes[index].includes) + len(inner)] = line
            inner.append(made)
    return [
        one.model_copy(update={"includes": (*one.includes, *added.get(index, ()))}) for index, one in enumerate(codes)
    ]


def _code_row(row: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = dict(row)
    for name in _WHOLE:
        if name in made and made[name].isdigit():
            made[name] = int(made[name])
    if "aliases" in made:
        made["aliases"] = tuple(made["aliases"].split(";"))
    if "provisional" in made:
        made["provisional"] = {"true": True, "false": False}.get(made["provisional"], made["provisional"])
    return made


def _member_row(row: dict[str, str]) -> dict[str, Any]:
    return {("codes" if name == "code" else name): value for name, value in row.items()}


class _Files:
    """Reads the texts of CSV files and collects problems."""

    def __init__(self, folder: Path, pack_name: str) -> None:
        self.folder, self.pack_name = folder, pack_name
        self.problems: list[Problem] = []

    def text(self, name: str, named_at: Place) -> str | None:
        path = self.folder / name
        if PurePosixPath(name).is_absolute() or not path.resolve().is_relative_to(self.folder.resolve()):
            self._say("PACK-024", named_at, target=name)
        elif not path.is_file():
            self._say("PACK-030", named_at, target=name)
        elif path.stat().st_size > LARGEST:
            self._say("PACK-006", Place(file=f"{self.pack_name}/{name}"), size=path.stat().st_size, limit=LARGEST)
        else:
            return self._decoded(path, name)
        return None

    def _decoded(self, path: Path, name: str) -> str | None:
        raw = path.read_bytes()
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            place = Place(file=f"{self.pack_name}/{name}", line=line)
            self._say("PACK-001", place, byte=f"0x{raw[error.start]:02x}")
            return None

    def _say(self, code: str, place: Place, **values: object) -> None:
        self.problems.append(problem(code, place, **values))


class _Rows:
    """Reads CSV rows with their line and collects problems beside those of reading the files."""

    def __init__(self, pack_name: str, problems: Iterable[Problem]) -> None:
        self.pack_name = pack_name
        self.problems = list(problems)

    def rows(
        self, name: str, text: str, known: tuple[str, ...], needed: tuple[str, ...]
    ) -> Iterator[tuple[Place, dict[str, str]]]:
        """Give the filled cells of every row; empty cells are left out."""
        file = f"{self.pack_name}/{name}"
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        header = list(reader.fieldnames or ())
        for column in header:
            if column not in known:
                near = nearest(column, known)
                self.say("PACK-011", Place(file=file, line=1), key=column, nearest=near, known=", ".join(known))
        for column in needed:
            if column not in header:
                self.say("PACK-012", Place(file=file, line=1), key=column)
        if not set(needed) <= set(header):
            return
        try:
            for row in reader:
                place = Place(file=file, line=reader.line_num)
                if None in row or None in row.values():
                    self.say("PACK-031", place, detail=f"{len(header)} columns")
                    continue
                yield place, {key: value.strip() for key, value in row.items() if value.strip() and key in known}
        except csv.Error as error:
            self.say("PACK-031", Place(file=file, line=reader.line_num), detail=error)

    def made(self, model: type[T], row: dict[str, Any], line: Place) -> T | None:
        """Make a model from a row; its problems are those of the row's line."""
        made, problems = validated(Source(line.file, row, {(): (line.line, 0)}), model)
        self.problems.extend(problems)
        return made

    def say(self, code: str, place: Place, **values: object) -> None:
        """Note a problem of a row."""
        self.problems.append(problem(code, place, **values))
