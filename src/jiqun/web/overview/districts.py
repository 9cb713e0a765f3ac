"""What the first page tells by district: tax per mu on the map with its lights, and who has which grade."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import polars as pl

from jiqun.desk.clusters import doubted, jumps, ratios
from jiqun.desk.running import Run
from jiqun.problems import Language
from jiqun.reports.summary import grade_words
from jiqun.web.enterprises.register import leading_run, place_names
from jiqun.web.kept import kept
from jiqun.web.land.queries import within
from jiqun.web.overview.accounts import held, yearly_firms
from jiqun.web.overview.queries import COLUMNS
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, evaluated, ledger, region

_SHADES = 5


@dataclass(frozen=True)
class Place:
    """A district on the map: outline, name, its figure and how dark it is (0 to 4; None is no data).

    `lights` counts the figures in doubt of its firms.
    """

    code: str
    name: str
    path: str
    x: int
    y: int
    value: Fraction | None
    shade: int | None
    firms: int
    lights: int


@dataclass(frozen=True)
class Sketch:
    """The map: its districts, and the smallest figure of every shade but the lightest, for the legend."""

    places: tuple[Place, ...]
    steps: tuple[Fraction, ...]


@cache
def _outlines() -> tuple[dict[str, str], ...]:
    """Read the outlines of districts that a pack in force brings; empty where none does."""
    for pack in region().book.packs:
        file = pack.folder / "geo" / "outlines.csv"
        if file.is_file():
            with file.open(encoding="utf-8", newline="") as rows:
                return tuple(csv.DictReader(rows))
    return ()


@kept(16)
def sketch(of: Ledger, scope: Scope, year: int) -> Sketch:
    """Return the districts with their tax per mu without figures in doubt, shaded by fifths of those that have one."""
    firms = yearly_firms(of, scope, year)
    doubts = doubted(firms, year)
    values: dict[str, Fraction | None] = {}
    counts: dict[str, int] = {}
    parts = firms.filter(pl.col("district").is_not_null()).group_by("district")
    made = {str(code): ratios(rows, year, doubts)["tax_per_mu"] for (code,), rows in parts}
    untold = held(of, scope, year).figures
    for code, found in made.items():
        is_told = "tax_per_mu" not in untold.get(("district", code), ())
        values[code], counts[code] = found.sound if is_told else None, found.firms
    known = sorted(one for one in values.values() if one is not None)
    lights = _lights(firms, year)
    drawn = []
    for row in _outlines():
        code, value = row["code"], values.get(row["code"])
        place = Place(
            code=code,
            name=row["name"],
            path=row["path"],
            x=int(row["x"]),
            y=int(row["y"]),
            value=value,
            shade=_shade(value, known),
            firms=counts.get(code, 0),
            lights=lights[code],
        )
        drawn.append(place)
    return Sketch(tuple(drawn), _steps(known))


def _shade(value: Fraction | None, known: list[Fraction]) -> int | None:
    return None if value is None else min(_SHADES - 1, _SHADES * sum(one < value for one in known) // len(known))


def _steps(known: list[Fraction]) -> tuple[Fraction, ...]:
    least: dict[int, Fraction] = {}
    for one in known:
        least.setdefault(_shade(one, known) or 0, one)
    return tuple(value for shade, value in sorted(least.items()) if shade)


def _lights(firms: pl.DataFrame, year: int) -> Counter[str]:
    where = dict(firms.filter(pl.col("year") == year).select("enterprise", "district").iter_rows())
    return Counter(str(where.get(one.enterprise)) for one in jumps(firms, year, ("land", *COLUMNS)))


@dataclass(frozen=True)
class Grades:
    """Who has which grade in a district: letter, firms and width of its bar; `open` firms have none."""

    code: str
    name: str
    counts: tuple[tuple[str, int, str], ...]
    graded: int
    open: int


def district_grades(scope: Scope, language: Language) -> tuple[Run | None, tuple[Grades, ...]]:
    """Return the leading evaluation and its grades by district, the districts with the most graded firms first."""
    run = leading_run(scope)
    return (None, ()) if run is None else (run, _district_grades(ledger(), run.id, scope, language))


@kept(16)
def _district_grades(of: Ledger, id_: str, scope: Scope, language: Language) -> tuple[Grades, ...]:
    data = evaluated(id_, language)
    subject = data.plan.subject
    where = of.table("enterprise").select(pl.col("enterprise").alias(subject), pl.col("district").cast(pl.String))
    rows = within(data, scope).select(subject, pl.col("grade").cast(pl.String)).join(where, on=subject, how="left")
    names, letters = place_names(), grade_words(data)
    found = []
    for (code,), own in rows.drop_nulls("district").group_by("district"):
        counted = Counter(own["grade"].drop_nulls().to_list())
        graded = counted.total()
        bars = tuple((one, counted[one], f"{100 * counted[one] / graded:.2f}" if graded else "0") for one in letters)
        found.append(Grades(str(code), names.get(str(code), str(code)), bars, graded, own.height - graded))
    return tuple(sorted(found, key=lambda one: (-one.graded, one.code)))
