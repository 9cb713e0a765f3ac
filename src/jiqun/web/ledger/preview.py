"""What a check found, as the preview shows it: kept with the upload, so that the page need not read the file again."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from jiqun.ledger.intake import Checked, HeaderReport, ToldTotal
from jiqun.ledger.log import Import
from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.wording.numbers import written
from jiqun.packs import TableContract
from jiqun.packs.models import Column
from jiqun.problems import Problem, by_place
from jiqun.values import decimal_text, exact, grouped, half_up

_NUMBERS = ("integer", "number")
PROBLEMS_SHOWN, ROWS_SHOWN, CHANGES_SHOWN = 300, 20, 200


def preview_of(
    checked: Checked, twin: Import | None, changes: pl.DataFrame, earlier: Sequence[Import] = ()
) -> dict[str, Any]:
    """Return counts, columns, conversions, sums, problems by cell, first rows and changed figures.

    A change without a figure before it is of one that the reader may not see. `earlier` are the valid imports.
    """
    counts = checked.summary()
    first = {one.code: one for one in reversed(checked.problems)}
    return {
        **head_of(checked.header, checked.contract, earlier),
        "counts": {
            "rows": counts.rows,
            "good": counts.good,
            "bad": counts.bad,
            "repeated": counts.repeated,
            "left_out": counts.left_out,
        },
        "kinds": [
            {"code": code, "count": count, "zh": first[code].what("zh"), "en": first[code].what("en")}
            for code, count in counts.by_code.items()
            if code in first
        ],
        "totals": [
            {
                **_titles(checked.contract, one.field),
                "stated": _sum(one.stated),
                "from": one.unit_from,
                "converted": _sum(one.converted),
                "to": one.unit_to,
                "missing": one.missing,
                **_told(counts.told, one.field),
            }
            for one in counts.totals
        ],
        "wrong_totals": len(checked.wrong_totals),
        "problems": problems_of(checked.problems[:PROBLEMS_SHOWN]),
        "problem_count": sum(counts.by_code.values()),
        "notices": problems_of(checked.notices[:PROBLEMS_SHOWN]),
        "twin": None if twin is None else {"number": twin.number, "who": twin.who, "when": twin.when},
        "change_count": changes.height,
        "keeps_back": changes["before"].has_nulls(),
        "changes": [
            {
                **one,
                **_titles(checked.contract, one["column"]),
                **figures_of(checked.contract.column(one["column"]), one),
            }
            for one in figures_first(changes, checked.contract.fields).head(CHANGES_SHOWN).to_dicts()
        ],
        "good": _first_rows(checked.good, checked.contract),
    }


def figures_first(changes: pl.DataFrame, fields: Iterable[Column]) -> pl.DataFrame:
    """Put figures before names: a file of another department spells every other name its own way."""
    numbers = [one.name for one in fields if one.type in _NUMBERS]
    return changes.sort(~pl.col("column").is_in(numbers), maintain_order=True)


def figures_of(column: Column, one: Mapping[str, Any]) -> dict[str, str]:
    """Write what stood before and what stands after as the column's figures, with its unit."""
    if column.type not in _NUMBERS:
        return {"before": one["before"] or MASKED, "after": one["after"] or "", "to": ""}
    before, after = (None if one[name] is None else written(one[name]) for name in ("before", "after"))
    return {"before": before or MASKED, "after": after or "", "to": column.unit or ""}


def by_kind(problems: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return problems of one kind in one column together: the first of them, and where else it stands.

    >>> same = {"code": "LEDGER-024", "fix_zh": "填数字"}
    >>> [(len(one["rest"]), one["place"]) for one in by_kind([{**same, "place": f"表!D{n}"} for n in (2, 4)])]
    [(1, '表!D2')]
    """
    kinds: dict[tuple[str, str, str], list[Mapping[str, str]]] = {}
    for one in problems:
        column = one["place"].rstrip("0123456789")
        kinds.setdefault((one["code"], column, one["fix_zh"]), []).append(one)
    return [{**first, "rest": rest, "count": 1 + len(rest)} for first, *rest in kinds.values()]


def refusal_of(
    problems: Iterable[Problem],
    header: HeaderReport | None,
    contract: TableContract,
    earlier: Sequence[Import] = (),
) -> dict[str, Any]:
    """Return why a file could not be read, and how its head reads as far as it does."""
    shown = {"problems": problems_of(by_place(problems))}
    return shown if header is None else {**shown, **head_of(header, contract, earlier)}


def head_of(header: HeaderReport, contract: TableContract, earlier: Sequence[Import] = ()) -> dict[str, Any]:
    """Return the columns as read, those left out, and the fields that no column was found for.

    Of a column that is left out: as what an earlier import of the table read the same head, and the nearest field
    that is still free. Neither is read by itself: another department may mean something else by the same words.
    """
    read = {one.field for one in header.columns}
    free = {one.name for one in contract.fields} - read
    before = {
        column.header: {
            "field": column.field,
            "number": one.number,
            "unit": column.from_unit,
            **_titles(contract, column.field),
        }
        for one in earlier
        if one.table == contract.id
        for column in one.columns
        if column.field in free
    }
    return {
        "sheet": header.sheet or "",
        "header_row": header.header_row,
        "data_row": header.data_row,
        "columns": [
            {
                "column": one.column,
                "header": one.header,
                "field": one.field,
                **_titles(contract, one.field),
                "unit": bool(contract.column(one.field).unit),
                "from": one.unit_from,
                "to": one.unit_to,
                "factor": decimal_text(one.factor) if one.unit_from and one.converts else "",
                "assumed": one.unit_assumed,
                "how": one.how,
            }
            for one in header.columns
        ],
        "ignored": [
            {
                "column": one.column,
                "header": one.header,
                "nearest": _nearest(one.nearest, free, contract),
                "other": one.other_period,
                "before": before.get(one.header),
            }
            for one in header.ignored
        ],
        "free": [{"field": one.name, **_titles(contract, one.name)} for one in contract.fields if one.name not in read],
    }


def problems_of(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return problems with their place and sentences in both languages."""
    return [
        {
            "code": one.code,
            "place": "!".join(part for part in (one.place.sheet, one.place.cell or str(one.place.row or "")) if part),
            "zh": one.what("zh"),
            "en": one.what("en"),
            "fix_zh": f"{one.why('zh')}{one.on_screen('zh')}",
            "fix_en": f"{one.why('en')} {one.on_screen('en')}",
        }
        for one in problems
    ]


def _nearest(told: str, free: Container[str], contract: TableContract) -> str:
    """Return the title of the nearest field and the word it was found by; `—` where another column is that field.

    `told` is written `name（word）`, or `—` where nothing is near.
    """
    name, _, word = told.partition("（")
    if name not in free:
        return "—"
    title, word = contract.column(name).title, word.removesuffix("）")
    return title if word == title else f"{title}（{word}）"


def _titles(contract: TableContract, field: str) -> dict[str, str]:
    column = contract.column(field)
    return {"title": column.title, "title_en": column.title_en}


def _first_rows(good: pl.DataFrame, contract: TableContract) -> dict[str, Any]:
    names = [name for name in good.columns if name != "_row"]
    titles = {name: {one.value: one.title for one in contract.column(name).categories} for name in names}
    rows = [
        [(_written(row[0]), False)]
        + [
            (_written(titles[name].get(value, value)), isinstance(value, float))
            for name, value in zip(names, row[1:], strict=True)
        ]
        for row in good.head(ROWS_SHOWN).select("_row", *names).rows()
    ]
    return {
        "heads": [
            {**_titles(contract, name), "to": contract.column(name).unit or "", "number": good.schema[name].is_float()}
            for name in names
        ],
        "rows": rows,
    }


def _written(value: object) -> str | None:
    if isinstance(value, bool):
        return "是" if value else "否"
    return None if value is None else grouped(decimal_text(exact(value))) if isinstance(value, float) else str(value)


def _told(told: Sequence[ToldTotal], field: str) -> dict[str, Any]:
    """Return what the file states as the total of a column, and how many subtotals of it there are and do not agree."""
    of_field = [one for one in told if one.field == field]
    whole = next((one for one in of_field if one.is_whole), None)
    parts = [one for one in of_field if not one.is_whole]
    said: dict[str, Any] = {"parts": len(parts), "parts_wrong": sum(not one.agrees for one in parts)}
    if whole is not None:
        said |= {"told": whole.text if whole.told is None else _sum(whole.told), "agrees": whole.agrees}
        said["difference"] = None if whole.difference is None else _sum(whole.difference)
    return said


def _sum(value: Fraction) -> str:
    return grouped(decimal_text(half_up(value, 2)))
