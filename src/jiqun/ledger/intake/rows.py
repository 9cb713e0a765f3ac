"""Judging the rows that were read: what forbids them, what repeats, and what somebody should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from jiqun.ledger.intake import history, row_checks
from jiqun.ledger.intake.body import Body
from jiqun.ledger.intake.checked import HeaderReport
from jiqun.ledger.intake.header_report import is_needed
from jiqun.ledger.intake.reading import Fault
from jiqun.ledger.intake.row_checks import ROW, Noticed, RowFault, rows_text
from jiqun.ledger.intake.unit_slips import Beside, Slip, slip_notices, unit_slips
from jiqun.packs.models.table import Column, TableContract
from jiqun.problems import Place, Problem, problem
from jiqun.values import Period
from jiqun.values.uscc import is_valid

_SHOWN_JUMPS = 5
_FIRM, _NAME = "enterprise", "name"


@dataclass(frozen=True)
class Judged:
    """The rows at fault, the rows (1-based) that repeat earlier ones, and what to notice."""

    faults: tuple[Fault, ...]
    repeated: tuple[int, ...]
    noticed: tuple[Noticed, ...]
    suspicions: tuple[history.Suspicion, ...]
    jumps: tuple[history.Jump, ...]
    other_keys: tuple[tuple[Column, int, int, str], ...]
    slips: tuple[tuple[Slip, ...], tuple[Slip, ...]]

    def notices(self, place: Place, header: HeaderReport) -> list[Problem]:
        """Say what is worth knowing, each at its first cell."""

        def at(row: int, field: str) -> Place:
            return Place(place.file, place.sheet, row, header.cell(row, field))

        found: list[Problem] = []
        if self.repeated:
            rows = rows_text(self.repeated)
            found.append(problem("LEDGER-043", Place(place.file, place.sheet, self.repeated[0]), rows=rows))
        for field, count, row, text in self.other_keys:
            found.append(problem("LEDGER-046", at(row, field.name), field=field.title, rows=count, text=text))
        for one in self.suspicions:
            said = {"field": one.field.title, "name": one.field.name, "ratio": one.ratio, "rows": one.rows}
            found.append(problem("LEDGER-048", at(header.header_row, one.field.name), **said))
        jumped: dict[str, list[history.Jump]] = {}
        for jump in self.jumps:
            jumped.setdefault(jump.field.name, []).append(jump)
        for name, jumps in jumped.items():
            shown = [f"{header.cell(one.row, name)} {one.before} → {one.now}" for one in jumps[:_SHOWN_JUMPS]]
            more = "…" if len(jumps) > len(shown) else ""
            said = {"field": jumps[0].field.title, "count": len(jumps), "cells": "；".join(shown) + more}
            found.append(problem("LEDGER-047", at(jumps[0].row, name), **said))
        found += slip_notices(*self.slips, at, header)
        for check in self.noticed:
            said = {"title": check.check.title, "title_en": check.check.title_en}
            said |= {"count": len(check.rows), "rows": rows_text(check.rows), "values": check.values}
            found.append(problem("LEDGER-049", Place(place.file, place.sheet, check.rows[0]), **said))
        return found


def judge(
    body: Body,
    contract: TableContract,
    period: Period | None,
    previous: pl.DataFrame | None,
    sets: Mapping[str, frozenset[str]],
    beside: Mapping[str, Beside],
) -> Judged:
    """Check every row; a cell that could not be read is not told a second time as empty."""
    frame = body.frame
    columns = {one.field.name: one.column for one in body.matches}
    found: list[RowFault] = []
    for field in contract.fields:
        if field.name not in frame.columns:
            continue
        unreadable = body.unreadable(columns.get(field.name, -1))
        if is_needed(field, contract):
            found += row_checks.empty_faults(frame, field, unreadable, _excused(frame, field))
        found += row_checks.bound_faults(frame, field)
        if field.name in sets and not field.taxonomy:
            found += row_checks.register_faults(frame, field, sets[field.name])
    if period is not None and period.kind == "year" and "year" in columns:
        found += row_checks.period_faults(frame, contract.column("year"), period)
    wrong = {one.row + 1 for one in body.faults} | {one.row for one in found}
    sound = frame.filter(~pl.col(ROW).is_in(list(wrong)))
    titles = {one.name: one.title for one in contract.fields}
    key_faults, repeated = row_checks.key_faults(_by_firm(frame), contract.primary_key, titles)
    check_faults, noticed = row_checks.run_checks(sound, contract)
    found += key_faults + check_faults
    suspicions, jumps = history.compare(sound, previous, contract) if previous is not None else ([], [])
    slips = unit_slips(sound, beside, contract, frozenset(one.field.name for one in suspicions))
    faults = tuple(Fault(one.row - 1, _column_of(one, columns), one.code, one.values) for one in found)
    others = tuple(_other_keys(frame, contract))
    noted = tuple(tuple(one) for one in slips)
    return Judged(
        faults, tuple(repeated), tuple(noticed), tuple(suspicions), tuple(jumps), others, (noted[0], noted[1])
    )


def _column_of(fault: RowFault, columns: Mapping[str, int]) -> int | None:
    if fault.field == _FIRM and _FIRM not in columns:
        return columns.get(_NAME)
    return columns.get(fault.field) if fault.field else None


def _by_firm(frame: pl.DataFrame) -> pl.DataFrame:
    """Let a firm's name stand for its code where the code is missing, so that repeated rows of it are seen."""
    if _NAME not in frame.columns:
        return frame
    if _FIRM not in frame.columns:
        return frame.with_columns(pl.col(_NAME).alias(_FIRM))
    return frame.with_columns(pl.coalesce(_FIRM, _NAME).alias(_FIRM))


def _excused(frame: pl.DataFrame, field: Column) -> pl.Series | None:
    """A firm without code may stand in the file by its name; who it is, the ledger finds out."""
    if field.name != _FIRM or _NAME not in frame.columns:
        return None
    return frame[_NAME].is_not_null()


def _other_keys(frame: pl.DataFrame, contract: TableContract) -> Sequence[tuple[Column, int, int, str]]:
    found = []
    for field in contract.fields:
        if field.format == "uscc" and field.name in frame.columns:
            other = frame.filter(pl.col(field.name).str.len_chars() != 18)
            rest = [(row, text) for row, text in other.select(ROW, field.name).iter_rows() if not is_valid(text)]
            if rest:
                found.append((field, len(rest), rest[0][0], rest[0][1]))
    return found
