"""Which sheet of a workbook holds the table, and where its head is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jiqun.ledger.intake.header_find import Head, find_head
from jiqun.ledger.intake.header_match import Vocabulary
from jiqun.ledger.intake.raw import RawSheet
from jiqun.ledger.intake.workbook import Book
from jiqun.packs.models.table import Column, TableContract
from jiqun.problems import Place, Problem, ProblemsError, problem

_HEADERS_NAMED = 6
OPTIONS_SHEET = "选项"  # what a template calls the hidden sheet of its drop-down lists
NOTES_SHEET = "填报说明"  # what a template calls the sheet that explains its columns, and many departments with it


@dataclass(frozen=True)
class Looking:
    """What is looked for: the table, the year, and what the user told of columns and header row."""

    contract: TableContract
    vocabulary: Vocabulary
    year: int | None
    told: Mapping[str, Column]
    header_row: int | None


def choose_sheet(book: Book, file: str, looking: Looking, sheet: str | None) -> tuple[RawSheet, Head]:
    """Return the one sheet that looks like the table; ProblemsError where none does, or several do equally well.

    A sheet that has the keys of the table comes before one that only shares some headers with it; the sheet that
    explains a template's columns names them too, so it comes last.
    """
    names = (sheet,) if sheet is not None else book.names
    shown = "、".join(book.names) or "—"
    if sheet is not None and sheet not in book.all_names:
        raise ProblemsError([problem("LEDGER-010", Place(file), sheet=sheet, sheets=shown)])
    found: list[tuple[RawSheet, Head]] = []
    filled = False
    for name in names:
        raw = book.read(name)
        filled = filled or raw.height > 0
        head = find_head(raw, looking.vocabulary, looking.year, looking.told, looking.header_row)
        if head is not None and (head.matches or looking.header_row is not None):
            found.append((raw, head))
    hidden = {"hidden": "、".join(f"“{one}”" for one in hidden_sheets(book))} if sheet is None else {}
    if not filled:
        raise ProblemsError([problem("LEDGER-094", Place(file, sheet or ""), table=looking.contract.title, **hidden)])
    if not found:
        raise ProblemsError([_no_header(file, names[0] if len(names) == 1 else "", looking, hidden)])
    return _only_one(found, file, looking)


def hidden_sheets(book: Book) -> tuple[str, ...]:
    """Name the sheets that nobody sees who opens the file, and that are read only when told by name."""
    return tuple(one for one in book.all_names if one not in book.names and one != OPTIONS_SHEET)


def _no_header(file: str, sheet: str, looking: Looking, hidden: Mapping[str, str]) -> Problem:
    expected = "、".join(one.title for one in looking.contract.fields[:_HEADERS_NAMED])
    return problem("LEDGER-014", Place(file, sheet), table=looking.contract.title, expected=expected, **hidden)


def _only_one(found: list[tuple[RawSheet, Head]], file: str, looking: Looking) -> tuple[RawSheet, Head]:
    rows = [one for one in found if one[0].name != NOTES_SHEET] or found
    whole = [one for one in rows if _has_keys(one[1], looking.contract)] or rows
    if len(whole) == 1:
        return whole[0]
    sheets = "、".join(f"“{raw.name}”" for raw, _ in whole)
    raise ProblemsError([problem("LEDGER-011", Place(file), table=looking.contract.title, sheets=sheets)])


def _has_keys(head: Head, contract: TableContract) -> bool:
    """Tell whether the sheet names what its rows are about: every key but the year, or a firm's name for its code."""
    names = {one.field.name for one in head.matches}
    if "name" in names:
        names.add("enterprise")
    return all(key in names for key in contract.primary_key if key != "year")
