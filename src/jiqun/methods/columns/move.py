"""Changes of grade after the ranking, in their order, each one logged with its reason and document."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl

from jiqun.methods.columns.grade import grade_words
from jiqun.methods.columns.listings import TABLE, Listings, kind_words, read_listings
from jiqun.methods.columns.referee import decided, settle
from jiqun.methods.columns.work import Work, first_of, in_populations, is_member, word
from jiqun.methods.compiling.plan import Plan
from jiqun.packs.models.method import Move
from jiqun.problems import Place, problem

WHYS = ("rule", "unknown", "locked", "protected")
LOG_COLUMNS = ("order", "move", "from", "to", "reason", "document", "clause")
AT, TARGET, TOUCHED, OPEN, LOCKED = "move__at", "move__target", "move__touched", "move__open", "move__locked"


def apply_moves(work: Work) -> None:
    """Run the moves as written and leave the final `grade`; `work.moves` is the log.

    A move acts on members of its populations that have a grade (a fix also on those that have none), are on its list
    if it has one, and for whom its condition is true; an unknown condition changes nothing and is logged as unknown.
    After a veto nothing raises the grade any more (logged as locked). At the end protected subjects are held at their
    floor, vetoed ones excepted. The log has subject, order, move, from, to, reason, document, clause; reason is the
    list's own, or rule · unknown · locked · protected.
    """
    moves = work.plan.method.moves
    if not work.plan.method.grades or not (moves or _floors(work.plan)):
        work.moves = _empty_log(work.subject)
        return
    listings = read_listings(work)
    runner = _Runner(work, listings)
    early = [name for name, one in moves.items() if one.where is not None and not _asks_grade(work.plan, name)]
    if early:
        settle(work, [decided(work, f"moves.{name}.where", f"where__{name}") for name in early])
    work.add(**{LOCKED: nw.lit(False)})
    for order, (name, one) in enumerate(moves.items(), start=1):
        if _asks_grade(work.plan, name):
            settle(work, [decided(work, f"moves.{name}.where", f"where__{name}")])
        runner.run(order, name, one)
    runner.protect(len(moves) + 1)
    work.settle()
    work.moves = runner.log()
    work.drop(name for name in work.columns if name.startswith(("move__", "where__")))
    _tell_idle_rows(work, listings)


def _asks_grade(plan: Plan, name: str) -> bool:
    typed = plan.formulas.get(f"moves.{name}.where")
    return typed is not None and "grade" in typed.names


def _floors(plan: Plan) -> dict[str, str]:
    """The grade below which each protecting exception lets nobody fall."""
    return {
        name: one.treated_as
        for name, one in plan.method.exceptions.items()
        if one.effect == "protected" and one.treated_as is not None
    }


def _empty_log(subject: str) -> pl.DataFrame:
    schema = {"order": pl.Int64} | dict.fromkeys(LOG_COLUMNS[1:], pl.String)
    return pl.DataFrame(schema={subject: pl.String, **schema})


def _tell_idle_rows(work: Work, listings: Listings) -> None:
    """A listed subject that no move could act on is told, so that a list is never dropped silently."""
    for name, one in work.plan.method.moves.items():
        if one.listed is None:
            continue
        logged = set(work.moves.filter(pl.col("move") == name)[work.subject])
        for subject in listings.of(one.listed)[work.subject]:
            if subject not in logged:
                said = {**kind_words(one.listed), "move": one.title, "move_en": one.title_en or one.title}
                work.notices.append(problem("METHOD-067", Place(sheet=TABLE, item=str(subject)), **said))


class _Runner:
    """Runs one move after another on the frame; positions count from 0 for the best class, no grade is below all."""

    def __init__(self, work: Work, listings: Listings) -> None:
        self.work = work
        self.listings = listings
        self.words = grade_words(work.plan)
        self.kinds: dict[tuple[str, ...], list[str]] = {}
        for population in work.plan.populations:
            one = work.plan.grade(population)
            if one is not None:
                self.kinds.setdefault(tuple(one.classes), []).append(population)
        self.graded = [population for those in self.kinds.values() for population in those]
        self.logged: list[tuple[int, str, str | None]] = []

    def run(self, order: int, name: str, one: Move) -> None:
        listed = None
        if one.listed is not None:
            listed = self.listings.of(one.listed)
            if listed.is_empty():
                return
            self._join_list(listed)
        self._find_touched(name, one)
        if one.inherit is not None:
            self._join_other(one.inherit.from_subject)
        self.work.add(**{TARGET: self._target(one)})
        self._write(order, name, one)

    def _join_list(self, listed: pl.DataFrame) -> None:
        table = listed.select(
            self.work.subject, pl.lit(True).alias("move__listed"), pl.col("grade").alias("move__list_grade"),
            pl.col("steps").alias("move__list_steps"),
        )  # fmt: skip
        self.work.settle()
        self.work.keep(self.work.table.join(table, on=self.work.subject, how="left", maintain_order="left"))

    def _find_touched(self, name: str, one: Move) -> None:
        """Say who the move acts on, and for whom its condition is unknown."""
        populations = self.graded if one.populations is None else [x for x in one.populations if x in self.graded]
        is_open = is_member() & in_populations(populations)
        if one.move != "fix":
            is_open = is_open & ~nw.col("grade").is_null()
        if one.listed is not None:
            is_open = is_open & nw.col("move__listed").fill_null(False)
        verdict = nw.lit(True) if one.where is None else nw.col(f"where__{name}")
        self.work.add(**{AT: self._position(nw.col("grade").cast(nw.String)), OPEN: is_open & verdict.is_null()})
        self.work.add(**{TOUCHED: is_open & verdict.fill_null(False)})

    def _position(self, grade: nw.Expr) -> nw.Expr:
        cases = []
        for classes, populations in self.kinds.items():
            places = [(grade == name, nw.lit(place, nw.Int64)) for place, name in enumerate(classes)]
            cases.append((in_populations(populations), first_of(places, nw.lit(len(classes), nw.Int64))))
        return cases[0][1] if len(cases) == 1 else first_of(cases, nw.lit(None, nw.Int64))

    def _grade_at(self, place: nw.Expr) -> nw.Expr:
        cases = []
        for classes, populations in self.kinds.items():
            names = [(place == index, word(name, self.words)) for index, name in enumerate(classes)]
            cases.append((in_populations(populations), first_of(names, word(None, self.words))))
        return cases[0][1] if len(cases) == 1 else first_of(cases, word(None, self.words))

    def _worst(self) -> nw.Expr:
        cases = [(in_populations(those), nw.lit(len(classes) - 1, nw.Int64)) for classes, those in self.kinds.items()]
        return first_of(cases, nw.lit(None, nw.Int64))

    def _target(self, one: Move) -> nw.Expr:
        """The place that the move gives; missing where it is unknown."""
        at = nw.col(AT)
        if one.inherit is not None:
            return nw.when(~nw.col("move__theirs").is_null()).then(self._position(nw.col("move__theirs")))
        if one.share is not None:
            return self._shared(one)
        if one.move in ("raise", "lower"):
            return self._stepped(one)
        to: nw.Expr = nw.lit(one.to, nw.String)
        if one.listed is not None:
            to = nw.coalesce(nw.col("move__list_grade"), to)
        place = self._position(to)
        if one.move == "not_below":
            return nw.min_horizontal(at, place)
        return nw.max_horizontal(at, place) if one.move == "not_above" else place

    def _stepped(self, one: Move) -> nw.Expr:
        """So many classes up or down; a list's row with a grade and no steps goes up or down to that grade."""
        up = one.move == "raise"
        at = nw.col(AT)
        steps: nw.Expr = nw.lit(one.steps, nw.Int64)
        if one.listed is not None:
            steps = nw.coalesce(nw.col("move__list_steps"), steps)
        best, worst = nw.lit(0, nw.Int64), self._worst()
        stepped = nw.max_horizontal(at - steps, best) if up else nw.min_horizontal(at + steps, worst)
        if one.listed is None:
            return stepped
        named = self._position(nw.col("move__list_grade"))
        to_named = nw.min_horizontal(at, named) if up else nw.max_horizontal(at, named)
        by_name = nw.col("move__list_steps").is_null() & ~nw.col("move__list_grade").is_null()
        return nw.when(by_name).then(to_named).otherwise(stepped)

    def _shared(self, one: Move) -> nw.Expr:
        assert one.share is not None
        self.work.add(move__group=nw.when(nw.col(TOUCHED)).then(self.work.value(one.share.group)))
        place = nw.when(nw.col(TOUCHED)).then(nw.col(AT))
        taken = (place.max() if one.share.take == "worst" else place.min()).over("move__group")
        return nw.when(~nw.col("move__group").is_null()).then(taken).otherwise(nw.col(AT))

    def _join_other(self, name: str) -> None:
        """Bring in the grade that the other subject has before this move."""
        self.work.add(move__other=self.work.value(name))
        self.work.settle()
        others = self.work.table.filter(pl.col("grade").is_not_null()).select(
            pl.col(self.work.subject).alias("move__other"), pl.col("grade").cast(pl.String).alias("move__theirs")
        )
        self.work.keep(self.work.table.join(others, on="move__other", how="left", maintain_order="left"))

    def _write(self, order: int, name: str, one: Move) -> None:
        """Change the grades and note what is to be logged."""
        at, target = nw.col(AT), nw.col(TARGET)
        touched, is_open = nw.col(TOUCHED), nw.col(OPEN)
        if one.inherit is not None:
            lacking = touched & target.is_null()
            named = nw.lit(True) if one.where is not None else ~nw.col("move__other").is_null()
            is_open, touched = is_open | (lacking & named), touched & ~target.is_null()
        blocked = (touched & nw.col(LOCKED) & (target < at)).fill_null(False)
        changed = touched & ~blocked & ((target != at) if one.listed is None else nw.lit(True))
        why = [(is_open, word("unknown", WHYS)), (blocked, word("locked", WHYS)), (changed, word("rule", WHYS))]
        moved = (touched & ~blocked & (target != at)).fill_null(False)
        self.work.add(
            **{
                f"move__{order}__why": first_of(why, word(None, WHYS)),
                f"move__{order}__from": nw.col("grade"),
                "grade": nw.when(moved).then(self._grade_at(target)).otherwise(nw.col("grade")),
            }
        )
        self.work.add(**{f"move__{order}__to": nw.col("grade")})
        if one.move == "veto":
            self.work.add(**{LOCKED: nw.col(LOCKED) | nw.col(TOUCHED)})
        passing = (AT, TARGET, TOUCHED, OPEN, "move__group", "move__other", "move__theirs")
        self.work.drop([*passing, "move__listed", "move__list_grade", "move__list_steps"])
        self.logged.append((order, name, one.listed))

    def protect(self, order: int) -> None:
        """Hold protected subjects at their floor; no grade stays no grade."""
        protected = _floors(self.work.plan)
        if not protected:
            return
        mark = f"move__{order}"
        floors = [(nw.col("exception") == name, nw.lit(grade)) for name, grade in protected.items()]
        self.work.add(**{AT: self._position(nw.col("grade").cast(nw.String))})
        self.work.add(**{TARGET: self._position(first_of(floors, nw.lit(None, nw.String)))})
        below = (nw.col("status") == "graded") & ~nw.col("grade").is_null() & (nw.col(AT) > nw.col(TARGET))
        held = (below & ~nw.col(LOCKED)).fill_null(False)
        self.work.add(
            **{
                f"{mark}__why": nw.when(held).then(word("protected", WHYS)),
                f"{mark}__from": nw.col("grade"),
                "grade": nw.when(held).then(self._grade_at(nw.col(TARGET))).otherwise(nw.col("grade")),
            }
        )
        self.work.add(**{f"{mark}__to": nw.col("grade")})
        self.logged.append((order, "", None))

    def log(self) -> pl.DataFrame:
        """Collect the log: one row per subject and move that changed something, was listed, locked or unknown."""
        subject = self.work.subject
        frames = [
            self.work.frame.filter(~nw.col(f"move__{order}__why").is_null()).select(
                nw.col(subject),
                nw.lit(order, nw.Int64).alias("order"),
                nw.col("exception").cast(nw.String).alias("exception"),
                nw.col(f"move__{order}__from").cast(nw.String).alias("from"),
                nw.col(f"move__{order}__to").cast(nw.String).alias("to"),
                nw.col(f"move__{order}__why").cast(nw.String).alias("why"),
            )
            for order, _, _ in self.logged
        ]
        parts = self.work.engine.collect_many(frames)
        said = [self._said(part, name, kind) for part, (_, name, kind) in zip(parts, self.logged, strict=True)]
        return pl.concat([_empty_log(subject), *said]).sort(subject, "order")

    def _said(self, part: pl.DataFrame, name: str, kind: str | None) -> pl.DataFrame:
        """Add the move's id and clause, and the list's reason and document."""
        method = self.work.plan.method
        listed = self.listings.of(kind or "").select(self.work.subject, "reason", "document")
        part = part.join(listed, on=self.work.subject, how="left")
        exceptions: dict[str, Any] = {one: exception.clause or "" for one, exception in method.exceptions.items()}
        if name:
            move, clause = pl.lit(name), pl.lit(method.moves[name].clause or "")
        else:
            move = pl.col("exception")
            clause = move.replace_strict(exceptions, default="", return_dtype=pl.String)
        own = pl.when((pl.col("why") == "rule") & (pl.col("reason") != "")).then(pl.col("reason"))
        return part.select(
            pl.col(self.work.subject).cast(pl.String), pl.col("order").cast(pl.Int64), move.alias("move"), "from", "to",
            own.fill_null(pl.col("why")).alias("reason"), pl.col("document").fill_null(""), clause.alias("clause"),
        )  # fmt: skip
