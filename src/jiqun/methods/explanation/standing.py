"""Where a subject stands: the classes of its pool, the moves after the ranking, what follows from the grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

import narwhals as nw
import polars as pl

from jiqun.methods.columns.cuts import inside_cut
from jiqun.methods.columns.grade import GROUP_FULL
from jiqun.methods.explanation.model import EntitlementLine, LineOfClass, MoveLine
from jiqun.methods.explanation.reader import Reader
from jiqun.methods.explanation.restricted import MASKED
from jiqun.methods.wording.grading import entitlement_words
from jiqun.methods.wording.numbers import number_text, scaled_text, short_text, with_unit, written
from jiqun.packs.models.base import is_name
from jiqun.packs.models.method import Cut, Grade, Quota
from jiqun.values import exact, from_scaled


def pool_rows(reader: Reader) -> pl.DataFrame:
    """The ranked rows of the subject's pool."""
    if reader.row.get("pool") is None:
        return reader.trace.clear()
    pool = str(reader.row["pool"])
    same = (pl.col("pool").cast(pl.String) == pool) & (pl.col("population").cast(pl.String) == reader.population)
    return reader.trace.filter(same & pl.col("rank").is_not_null())


def class_lines(reader: Reader) -> tuple[LineOfClass, ...]:
    """The classes of the pool, best first, with the value of the last member of each and the distance to it."""
    grade = reader.plan.grade(reader.population)
    if grade is None or reader.row["status"] != "graded":
        return ()
    own = _shown(reader, grade)
    title = reader.voice.pick
    parts = [(title(part.title, part.title_en), _shown(reader, part)) for part in grade.lowest_of or ()]
    return (*own, *(replace(line, part=part) for part, lines in parts for line in lines))


def _shown(reader: Reader, grade: Grade) -> Sequence[LineOfClass]:
    """The lines of a grade; what they are drawn over is left out where the listener may not see it."""
    of = grade.quota.of if grade.quota is not None else grade.cuts_of
    lines = _lines(reader, grade)
    if not reader.is_hidden(of):
        return lines
    return [replace(one, value=one.value and MASKED, distance=one.distance and MASKED, told="") for one in lines]


def _lines(reader: Reader, grade: Grade) -> Sequence[LineOfClass]:
    if grade.quota is not None:
        return _quota_lines(reader, grade.quota, grade.classes)
    return [] if grade.cuts is None else _cut_lines(reader, grade.cuts_of, grade.cuts)


def value_column(reader: Reader, name: str) -> tuple[str, int] | None:
    """The trace's column of a ranked value, and its decimals; None for a column of the ledger."""
    plan = reader.plan
    if plan.figure(name) is not None:
        return f"measure__{name}", plan.digits(reader.population, name)
    if name in plan.method.nodes:
        return f"node__{name}", plan.digits(reader.population, name)
    if name == "total":
        return "total", plan.digits(reader.population, name)
    item = name.removesuffix("_points")
    return (f"points__{item}", plan.digits(reader.population, item)) if item in plan.items() else None


def _quota_lines(reader: Reader, quota: Quota, classes: Sequence[str]) -> list[LineOfClass]:
    found = value_column(reader, quota.of)
    if found is None:
        return []
    column, digits = found
    rows = pool_rows(reader).select(column, pl.col("grade__ranked").cast(pl.String))
    own = reader.row.get(column)
    sign = 1 if quota.order == "descending" else -1
    lines = []
    full = reader.row["grade__reason"] == GROUP_FULL
    for name in classes:
        values = rows.filter(pl.col("grade__ranked") == name)[column]
        last = (values.min() if sign > 0 else values.max()) if values.len() else None
        short = None if own is None or not isinstance(last, int) else sign * (last - int(own))
        if full and short is not None and short <= 0:  # points are not what it lacks
            short = None
        distance = None if short is None else scaled_text(short, digits)
        value = scaled_text(last, digits) if isinstance(last, int) else None
        lines.append(LineOfClass(name, values.len(), value, distance, reader.row["grade__ranked"] == name))
    return lines


def _cut_lines(reader: Reader, of: str, cuts: Sequence[Cut]) -> list[LineOfClass]:
    """Every grade's line and the distance to it: its lower end, or its upper one where less is better."""
    found = value_column(reader, of)
    same = pl.col("population").cast(pl.String) == reader.population
    lower = bool(cuts) and cuts[0].at_least is None and cuts[0].more_than is None
    if found is None:
        return [_cut_of_a_column(reader, of, cut, same, lower) for cut in cuts]
    column, digits = found
    rows = nw.from_native(reader.trace.filter(same & (pl.col("status").cast(pl.String) == "graded")))
    own = reader.row.get(column)
    mine = nw.from_native(reader.trace.filter(pl.col(reader.plan.subject) == reader.row[reader.plan.subject]))
    lines = []
    for cut in cuts:
        inside = inside_cut(nw.col(column), cut, digits, reader.plan)
        line = _line_of(cut, lower)
        end, text, untold = _end_of(reader, line, digits)
        short = None if end is None or own is None else end - from_scaled(int(own), digits)
        distance = None if short is None else MASKED if untold else number_text(-short if lower else short, digits)
        is_mine = own is not None and len(mine.filter(inside)) > 0
        made = reader.voice.benchmark_label(line) if line is not None and is_name(line) else ""
        count = len(rows.filter(inside))
        told = _told(reader, of, line, text, untold)
        past = _past(cut, lower)
        lines.append(LineOfClass(cut.grade, count, text, distance, is_mine, True, past=past, made=made, told=told))
    return lines


def _line_of(cut: Cut, lower: bool) -> str | None:
    """The end of a cut that one has to reach; None for the last one."""
    return (cut.at_most or cut.less_than) if lower else (cut.at_least or cut.more_than)


def _past(cut: Cut, lower: bool) -> Literal["", "above", "below"]:
    """Where the end that one has to reach is not enough itself: on which side of it one has to be."""
    if lower:
        return "below" if cut.at_most is None and cut.less_than is not None else ""
    return "above" if cut.at_least is None and cut.more_than is not None else ""


def _end_of(reader: Reader, line: str | None, digits: int | None = None) -> tuple[Fraction | None, str | None, bool]:
    """A line as number and as text, and whether it may not be told: a benchmark may give away another's figure."""
    if line is None or not is_name(line):
        end = None if line is None else exact(line)
        return end, None if end is None else number_text(end, digits), False
    fixed = reader.plan.fixed.get(line)
    held = reader.row.get(f"benchmark__{line}")
    own = None if held is None else from_scaled(int(held), reader.plan.method.benchmarks[line].digits)
    end = fixed.value if fixed is not None else own
    if end is None:
        return None, None, False
    untold = fixed is None and reader.tells_one(line)
    return end, MASKED if untold else number_text(end, digits), untold


def _told(reader: Reader, of: str, line: str | None, text: str | None, untold: bool) -> str:
    """Say a line with the unit of what is cut: a number as the rule writes it, a benchmark as it was worked out."""
    if line is None or text is None or untold:
        return text or ""
    number = short_text(text) if is_name(line) else written(line)
    return with_unit(number, reader.voice.unit(of), reader.voice.language)


def _cut_of_a_column(reader: Reader, of: str, cut: Cut, same: pl.Expr, lower: bool) -> LineOfClass:
    """The line of a grade that is cut by a figure of the ledger, which the trace does not hold."""
    count = reader.trace.filter(same & (pl.col("grade__ranked").cast(pl.String) == cut.grade)).height
    line = _line_of(cut, lower)
    _, text, untold = _end_of(reader, line)
    mine, told = reader.row["grade__ranked"] == cut.grade, _told(reader, of, line, text, untold)
    return LineOfClass(cut.grade, count, text, None, mine, True, past=_past(cut, lower), told=told)


def move_lines(reader: Reader) -> tuple[MoveLine, ...]:
    """The log of the subject's moves in their order."""
    method, voice = reader.plan.method, reader.voice
    lines = []
    for row in sorted(reader.moves, key=lambda one: int(one["order"])):
        name = str(row["move"])
        part = method.moves.get(name) or method.exceptions.get(name)
        title = voice.pick(part.title, part.title_en, name) if part is not None else name
        reason = str(row["reason"] or "")
        known = reason in ("rule", "unknown", "locked", "protected")
        lines.append(
            MoveLine(
                int(row["order"]),
                title,
                row["from"],
                row["to"],
                voice.say(f"moved.{reason}", to=row["to"]) if known else reason,
                str(row["document"] or ""),
                voice.clause(part.clause if part is not None else None),
            )
        )
    return tuple(lines)


def refereed_words(reader: Reader, column: str, changed: bool) -> str:
    """Name a figure that the referee decided over fractions, and say whether the float would have been wrong."""
    kind, _, name = column.partition("__")
    voice, total = reader.voice, reader.plan.total(reader.population)
    additions = {} if total is None else {"bonus": total.bonuses, "deduction": total.deductions}.get(kind, {})
    if name in additions:
        title = voice.pick(additions[name].title, additions[name].title_en, name)
    elif kind == "entitlement":
        one = reader.plan.method.entitlements[name.removesuffix("__state")]
        title = voice.pick(one.title, one.title_en, name)
    else:
        title = voice.label(f"{name}_points" if kind == "points" else name or column)
    return voice.say("why.refereed_changed", title=title) if changed else title


def entitlement_lines(reader: Reader) -> tuple[EntitlementLine, ...]:
    """What follows from the grade: what applies, is superseded, is unknown, or fails by its own condition alone."""
    voice, lines = reader.voice, []
    for name, one in reader.plan.method.entitlements.items():
        state = reader.row.get(f"entitlement__{name}__state")
        of_grade = not one.grades or (reader.row["grade"] or reader.row["treated_as"]) in one.grades
        if state is None or (state == "no" and (one.where is None or not of_grade)):
            continue
        part = "where" if state == "no" or one.amount is None else "amount"
        paths = [f"entitlements.{name}.{part}"] if f"entitlements.{name}.{part}" in reader.plan.formulas else []
        inputs = reader.inputs(paths)
        amount = reader.scaled(f"entitlement__{name}", one.digits)
        asked = reader.scaled(f"entitlement__{name}__asked", one.digits)
        if one.amount is not None and reader.reads_hidden(f"entitlements.{name}.amount"):
            amount, asked = None if amount is None else MASKED, None
        lines.append(
            EntitlementLine(
                name,
                voice.pick(one.title, one.title_en, name),
                str(state),
                voice.say(f"state.{state}"),
                amount,
                None if asked == amount else asked,
                "" if one.unit == "1" else one.unit,
                voice.say(f"effect.{one.effect}"),
                entitlement_words(voice, name),
                voice.clause(one.clause),
                tuple(_working(reader, path) for path in paths),
                inputs,
                reader.missing(inputs) if state == "unknown" else (),
            )
        )
    return tuple(lines)


def _working(reader: Reader, path: str) -> str:
    """Say the condition or amount of an entitlement with the subject's own numbers."""
    said = reader.formula(path)
    return reader.voice.say(f"why.{path.rpartition('.')[2]}", said=said)
