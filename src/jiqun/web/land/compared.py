"""Two evaluations side by side: made once by a worker, kept in the workspace, read within a user's scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from jiqun.desk.comparing import CAUSE_TITLES, DIRECTION_TITLES, Compared, compare_runs
from jiqun.desk.running import Run
from jiqun.desk.turned import turned
from jiqun.ledger.whole_files import whole_file
from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.runs.compare import CAUSES, MOVED, Change
from jiqun.methods.wording.numbers import number_text
from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, said_digits, said_number
from jiqun.reports.speech import say
from jiqun.reports.workbook import workbook_bytes
from jiqun.web.enterprises.register import place_names
from jiqun.web.kept import kept
from jiqun.web.land.turned_words import turned_words
from jiqun.web.people.scope import Scope
from jiqun.web.region import Ledger, ledger, region, run_of, totals_restricted

_FOLDER = "comparisons"
_FORM = 3  # of the rows that are kept; those of an earlier form are made anew
_EFFECTS = CAUSES[:3]  # an adjustment moves the grade and never the total
_FIGURES = ("total_before", *(f"effect__{one}" for one in _EFFECTS), "total_after")
NOTHING = "—"
_SCHEMA = {
    "enterprise": pl.String(),
    "name": pl.String(),
    "direction": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
    "total_before": pl.String(),
    **{f"effect__{one}": pl.String() for one in _EFFECTS},
    "total_after": pl.String(),
    "causes": pl.List(pl.String()),
    "classes": pl.Int64(),
    "turned": pl.List(pl.Struct(dict.fromkeys(("kind", "before", "after"), pl.String()))),
}


def file_of(before: str, after: str) -> Path:
    """Return where the comparison of two runs is kept; runs never change, so neither does it."""
    return _file(run_of(before), run_of(after))


def _file(early: Run, late: Run) -> Path:
    return region().workspace.root / _FOLDER / f"{early.id}-{late.id}.{_FORM}.parquet"


def make(before: str, after: str) -> Path:
    """Compare two runs and keep the rows; made twice it is the same file."""
    early, late = run_of(before), run_of(after)
    return keep_rows(compare_runs(region(), early, late), early, late)


def keep_rows(told: Compared, early: Run, late: Run) -> Path:
    """Keep the rows of a comparison."""
    file = _file(early, late)
    besides = turned(region(), early, late)
    rows = [(*_row(told, one), [asdict(part) for part in besides.get(one.subject, ())]) for one in told.found.changes]
    file.parent.mkdir(exist_ok=True)
    with whole_file(file) as draft:
        pl.DataFrame(rows, schema=_SCHEMA, orient="row").write_parquet(draft)
    return file


def _row(told: Compared, one: Change) -> tuple[object, ...]:
    places = [told.grades.index(grade) for grade in (one.grade_before, one.grade_after) if grade in told.grades]
    effects = {step.cause: step.effect for step in one.steps}
    return (
        one.subject,
        told.names.get(one.subject) or one.subject,
        one.direction,
        one.grade_before or NOTHING,
        one.grade_after or NOTHING,
        None if one.total_before is None else number_text(one.total_before, 2),
        *(_signed(effects.get(cause)) for cause in _EFFECTS),
        None if one.total_after is None else number_text(one.total_after, 2),
        list(one.causes),
        abs(places[0] - places[1]) if len(places) == 2 else 0,
    )


def _signed(effect: object) -> str | None:
    if effect is None:
        return None
    text = number_text(effect, 2)  # type: ignore[arg-type]
    return text if text.startswith("-") or not text.strip("0.") else f"+{text}"


def rows(before: str, after: str, scope: Scope) -> pl.DataFrame | None:
    """Return the compared firms of a scope; None where nobody had them compared yet."""
    file = file_of(before, after)
    if not file.is_file():
        return None
    frame = _read(file, ledger())
    if not scope.sees_restricted:
        untold = pl.col("enterprise").is_in(list(totals_restricted(before) | totals_restricted(after)))
        masked = (pl.when(untold & pl.col(one).is_not_null()).then(pl.lit(MASKED)).otherwise(one) for one in _FIGURES)
        frame = frame.with_columns(one.alias(name) for one, name in zip(masked, _FIGURES, strict=True))
    mine = ledger().firms(scope)
    return frame if scope.whole else frame.filter(pl.col("enterprise").is_in(list(mine)))


@kept(8)
def _read(file: Path, of: Ledger) -> pl.DataFrame:
    register = of.table("enterprise").select("enterprise", "district")
    return pl.read_parquet(file).join(register, on="enterprise", how="left")


@dataclass(frozen=True)
class Wanted:
    """What a user picked: a direction, a cause, grades from and to, a district, a part of the name or code."""

    direction: str = ""
    cause: str = ""
    before: str = ""
    after: str = ""
    district: str = ""
    text: str = ""


def chosen(frame: pl.DataFrame, wanted: Wanted) -> pl.DataFrame:
    """Return the rows that were picked, the widest change first; without a pick those whose grade differs."""
    for column in ("direction", "before", "after", "district"):
        if value := getattr(wanted, column):
            frame = frame.filter(pl.col(column) == value)
    if wanted.cause:
        frame = frame.filter(pl.col("causes").list.contains(wanted.cause))
    if wanted.text:
        name = pl.col("name").str.contains(wanted.text, literal=True)
        frame = frame.filter(name | pl.col("enterprise").str.contains(wanted.text.upper(), literal=True))
    if not (wanted.direction or wanted.before or wanted.after):
        frame = frame.filter(pl.col("direction").is_in(MOVED))
    return frame.sort("classes", "enterprise", descending=[True, False])


def matrix(frame: pl.DataFrame, grades: Sequence[str]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Count the firms in both runs by the grade before (rows) and after (columns)."""
    both = frame.filter(~pl.col("direction").is_in(["new", "gone"]))
    counted = Counter(both.select("before", "after").iter_rows())
    sides = [one for one in (*grades, NOTHING) if any(one in pair for pair in counted)]
    return [(one, [(two, counted[(one, two)]) for two in sides]) for one in sides]


def directions(frame: pl.DataFrame) -> dict[str, int]:
    found = Counter(frame["direction"].to_list())
    return {name: found[name] for name in DIRECTION_TITLES if name != "other" or found[name]}


def causes(frame: pl.DataFrame) -> dict[str, int]:
    """Count the grades that each cause changed; a firm moved by two counts with both."""
    moved = frame.filter(pl.col("direction").is_in(MOVED))
    found = Counter(one for told in moved["causes"].to_list() for one in told)
    return {name: found[name] for name in CAUSE_TITLES}


_COLUMNS = (
    ("代码", "code"),
    ("企业", "firm"),
    ("区县", "district"),
    ("变化", "change"),
    ("前档次", "before"),
    ("后档次", "after"),
    ("前总分", "total before"),
    ("自身数据", "own data"),
    ("其他企业和基准", "others and benchmarks"),
    ("办法", "the rule"),
    ("后总分", "total after"),
    ("改变档次的原因", "causes"),
    ("企业自身的变化", "the firm itself"),
)
_CODES, _POINTS = (0, 4, 5), range(6, 11)


def sides(early: Run, late: Run, language: Language) -> tuple[str, str]:
    """Call two runs by their period; by the rule's edition where that is the same; else by state and number."""
    if early.period != late.period:
        return early.period, late.period
    if early.edition != late.edition:
        first, last = ((f"{one.edition}版" if language == "zh" else f"edition {one.edition}") for one in (early, late))
        return first, last
    official, trial = ("正式", "试算") if language == "zh" else ("official", "trial")
    first, last = (f"{official if one.official else trial} {one.id[:8]}" for one in (early, late))
    return first, last


def workbook(frame: pl.DataFrame, before: Run, after: Run, language: Language) -> bytes:
    """Return the rows as a workbook; it is a trial as long as one of the runs is."""
    zh = language == "zh"
    titles = [one[0 if zh else 1] for one in _COLUMNS]
    digits = said_digits(text for name in _FIGURES for text in frame[name])
    fields = tuple(
        Field(one, "分" if zh else "points", "number", digits)
        if at in _POINTS
        else Field(one, kind="code" if at in _CODES else "text")
        for at, one in enumerate(titles)
    )
    places, at = place_names(), 0 if zh else 1
    cells = [
        [
            row["enterprise"],
            row["name"],
            places.get(row["district"], row["district"] or ""),
            DIRECTION_TITLES[row["direction"]][at],
            row["before"],
            row["after"],
            *(said_number(row[name]) for name in _FIGURES),
            ("、" if zh else ", ").join(CAUSE_TITLES[one][at] for one in row["causes"]),
            turned_words(row, language),
        ]
        for row in frame.iter_rows(named=True)
    ]
    official = before.official and after.official
    told = " → ".join(sides(before, after, language))
    head = Head(
        title=f"档次比较 {told}" if zh else f"Grades compared {told}",
        facts=(
            f"运行 {before.id} → {after.id}" if zh else f"runs {before.id} → {after.id}",
            f"数据快照 {before.snapshot} → {after.snapshot}"
            if zh
            else f"snapshots {before.snapshot} → {after.snapshot}",
        ),
        state=say("official" if official else "trial", language),
        trial=not official,
        language=language,
    )
    return workbook_bytes(head, [Sheet(head.title, head.title, fields, cells, frozen=2)])
