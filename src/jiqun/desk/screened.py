"""Screenings kept in a workspace: one file each, a row per firm, so that pages, exports and scope read the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from jiqun.desk.context import Context
from jiqun.ledger.whole_files import whole_file
from jiqun.methods.ladder import Assessment, Evaluated, Standing
from jiqun.methods.ladder.words import (
    criterion_title,
    edition_words,
    lacking_words,
    phrase,
    rung_title,
    title_words,
)
from jiqun.problems import Language

_FOLDER = "screenings"
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
_COUNTED = ("met", "unmet", "unknown", "manual_review")
_SCHEMA = {
    "enterprise": pl.String(),
    "name": pl.String(),
    "held": pl.String(),
    "next": pl.String(),
    "advice": pl.String(),
    **{name: pl.Int64() for name in _COUNTED},
    "coverage": pl.Float64(),
    "record": pl.String(),
}


@dataclass(frozen=True)
class Screened:
    """A kept screening: the day, the data year, the snapshot, the ladder, and its rows."""

    id: str
    on: str
    year: int
    snapshot: str
    ladder: str
    rows: pl.DataFrame


def keep(context: Context, evaluated: Evaluated, standings: tuple[Standing, ...], snapshot: str) -> str:
    """Write a screening and return its id; the same inputs under the same rules give the same file."""
    book = context.book.digest[:8]
    id_ = f"{evaluated.on}_{evaluated.year}_{snapshot[:12]}_{book}"
    rows = [_row(evaluated, one) for one in standings]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    about = {"ladder": evaluated.ladder.id, "snapshot": snapshot}
    folder = _folder(context)
    folder.mkdir(exist_ok=True)
    with whole_file(folder / f"{id_}.parquet") as draft:
        frame.with_columns(about=pl.lit(json.dumps(about))).write_parquet(draft)
    return id_


def newest(context: Context) -> Screened | None:
    """Return the screening made last; None where there is none."""
    files = sorted(_folder(context).glob("*.parquet"), key=lambda one: one.stat().st_mtime_ns)
    return _read(files[-1], files[-1].stat().st_mtime_ns) if files else None


def screening(context: Context, id_: str) -> Screened | None:
    """Return the screening of an id; None where its file is gone."""
    file = _folder(context) / f"{id_}.parquet"
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else None


def _folder(context: Context) -> Path:
    return context.workspace.root / _FOLDER


@lru_cache(maxsize=2)
def _read(file: Path, made: int) -> Screened:
    frame = pl.read_parquet(file)
    on, year, snapshot, _ = file.stem.split("_")
    about = json.loads(frame["about"][0]) if frame.height else {"ladder": "", "snapshot": snapshot}
    return Screened(file.stem, on, int(year), about["snapshot"], about["ladder"], frame.drop("about"))


def _row(evaluated: Evaluated, one: Standing) -> tuple[Any, ...]:
    record = {language: _record(evaluated, one, language) for language in _LANGUAGES}
    following = one.next
    judged = following is not None and following.plan is not None
    return (
        one.enterprise,
        one.name,
        one.held or one.pool or "",
        "" if following is None else following.rung,
        "" if following is None else following.advice,
        *(following.count(name) if judged and following is not None else None for name in _COUNTED),
        float(following.coverage) if judged and following is not None else None,
        json.dumps(record, ensure_ascii=False),
    )


def _record(evaluated: Evaluated, one: Standing, language: Language) -> Mapping[str, Any]:
    ladder = evaluated.ladder
    return {
        "held": rung_title(ladder, one.held, language),
        "pool": rung_title(ladder, one.pool, language),
        "next": None if one.next is None else _assessment(evaluated, one.next, language),
        "review": None if one.review is None else _assessment(evaluated, one.review, language),
        "sides": [_assessment(evaluated, side, language) for side in one.sides],
        "deadlines": [
            {
                "kind": each.kind,
                "what": phrase(f"deadline.{each.kind}", language),
                "title": title_words(ladder, each.title, language),
                "day": str(each.day),
            }
            for each in one.deadlines
        ],
    }


def _assessment(evaluated: Evaluated, one: Assessment, language: Language) -> Mapping[str, Any]:
    """The words of an assessment: advice, edition and why, every criterion with what it lacks."""
    return {
        "rung": one.rung,
        "title": rung_title(evaluated.ladder, one.rung, language),
        "advice": one.advice,
        "said": phrase(f"advice.{one.advice}", language),
        "case": phrase(f"case.{one.case.case_type}", language),
        "edition": edition_words(one.edition, language),
        "method": one.edition.method or "",
        "method_edition": one.edition.edition or "",
        "coverage": float(one.coverage),
        "criteria": [
            {
                "title": criterion_title(one, state.name, language),
                "result": state.standing,
                "said": phrase(f"result.{state.standing}", language),
                "lacking": lacking_words(one, state, language) if state.blocks else "",
                "tells_figures": state.blocks and bool(state.gaps),
            }
            for state in (one.criteria if one.plan is not None else ())
        ],
    }
