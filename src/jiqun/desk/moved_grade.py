"""What was done to a grade after the ranking: in words, and what a better ranked grade would come to with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from jiqun.desk.evaluating import snapshot_of
from jiqun.desk.running import Run
from jiqun.methods.columns.listings import TABLE
from jiqun.methods.exact.moves import Listing, read_listings
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Move

_STEPPED = ("raise", "lower")


@dataclass(frozen=True)
class MovedGrade:
    """A subject's ranked and final grade, its classes (the best first) and its log of moves in their order."""

    ranked: str | None
    final: str | None
    key: str
    classes: Sequence[str]
    log: Sequence[Mapping[str, Any]]
    listings: Mapping[tuple[str, str], Listing]

    @property
    def is_best(self) -> bool:
        """Whether the final grade is the best one."""
        return bool(self.classes) and self.final == self.classes[0]

    def with_moves(self, run: Run, ranked: str | None) -> str | None:
        """Return the final grade for another ranked one, lists and conditions as they are in the run.

        Nobody's grade follows from its rank where a list fixed it, a veto stands, or it is taken from somebody else.
        """
        grade = ranked
        for row in self.log:
            grade = self._moved(run, row, grade)
        return grade

    def _moved(self, run: Run, row: Mapping[str, Any], grade: str | None) -> str | None:
        kind = _kind(run, str(row["move"]))
        if row["reason"] in ("unknown", "locked") or grade not in self.classes:
            return grade if kind != "fix" else row["to"]
        if kind in _STEPPED:
            place = self._stepped(run.plan.method.moves[str(row["move"])], row, self._place(grade))
            return self.classes[min(max(place, 0), len(self.classes) - 1)]
        if kind in ("not_below", "protected"):
            return self.classes[min(self._place(grade), self._place(row["to"]))]
        if kind == "not_above":
            return self.classes[max(self._place(grade), self._place(row["to"]))]
        return str(row["to"])

    def _stepped(self, one: Move, row: Mapping[str, Any], here: int) -> int:
        """Go so many classes up or down, or to a named one, as the list says, else the rule."""
        up, listing = one.move == "raise", self.listings.get((str(row[self.key]), one.listed or ""))
        if listing is not None and listing.grade is not None and listing.steps is None:
            return min(here, self._place(listing.grade)) if up else max(here, self._place(listing.grade))
        steps = one.steps if listing is None or listing.steps is None else listing.steps
        return here - steps if up else here + steps

    def _place(self, grade: object) -> int:
        return self.classes.index(str(grade)) if grade in self.classes else len(self.classes)

    def is_better(self, grade: str | None) -> bool:
        """Tell whether a grade is better than the final one."""
        return self._place(grade) < self._place(self.final)


def _kind(run: Run, move: str) -> str:
    one = run.plan.method.moves.get(move)
    return "protected" if one is None else one.move


def moved_grade(run: Run, subject: str) -> MovedGrade:
    """Read what the run says of a subject's grade before and after the moves."""
    row = run.trace.filter(pl.col(run.subject) == subject).row(0, named=True)
    population = row["population"]
    grading = None if population is None else run.plan.grade(str(population))
    log: Sequence[Mapping[str, Any]] = ()
    if not run.moves.is_empty():
        log = run.moves.filter(pl.col(run.subject).cast(pl.String) == subject).sort("order").to_dicts()
    classes = () if grading is None else tuple(grading.classes)
    listed = _listings(run) if log else {}
    return MovedGrade(row.get("grade__ranked"), row.get("grade"), run.subject, classes, log, listed)


def _listings(run: Run) -> Mapping[tuple[str, str], Listing]:
    """What the lists of the run's snapshot say; the log tells only what came of it, and a grade has ends."""
    frozen = snapshot_of(run.context, run)
    if frozen is None or TABLE not in frozen.names:
        return {}
    return read_listings(run.plan, frozen.table(TABLE).to_dicts())


def moved_words(run: Run, voice: Voice, of: MovedGrade) -> list[str]:
    """Say of every move what it did to the grade, by which document, and what would have to change; empty without."""
    return [_words(run, voice, of, row) for row in of.log if row["reason"] != "unknown"]


def _words(run: Run, voice: Voice, of: MovedGrade, row: Mapping[str, Any]) -> str:
    name = str(row["move"])
    part = run.plan.method.moves.get(name) or run.plan.method.exceptions.get(name)
    title = name if part is None else voice.pick(part.title, part.title_en, name)
    document = str(row["document"] or "")
    by = voice.pick(f"（{document}）", f" ({document})") if document else ""
    before, after = row["from"] or voice.pick("未定档", "no grade"), row["to"] or voice.pick("未定档", "no grade")
    if row["reason"] == "locked":
        return voice.pick(
            f"{title}{by}没有起作用：一票否决以后不再提档。", f"{title}{by} had no effect: a veto stands."
        )
    zh, en = f"{title}{by}把档次由 {before} 调为 {after}。", f"{title}{by} took the grade from {before} to {after}. "
    if before == after:
        zh, en = f"{title}{by}没有改变档次，仍为 {after}。", f"{title}{by} left the grade at {after}. "
    return voice.pick(zh, en) + _what_changes_it(run, voice, of, row)


def _what_changes_it(run: Run, voice: Voice, of: MovedGrade, row: Mapping[str, Any]) -> str:
    name, document = str(row["move"]), str(row["document"] or "")
    kind, one = _kind(run, name), run.plan.method.moves.get(name)
    ranked = of.ranked or voice.pick("未定档", "no grade")
    who = voice.pick(f"出具{document}的单位" if document else "出具名单的单位", "who issued the list")
    if one is None or one.listed is None:
        return voice.pick(
            f"这是办法规定的，所依据的情形变了才会变；没有它，按名次为 {ranked}。",
            f"The rule itself says so, as long as its condition holds; by rank it would be {ranked}.",
        )
    if kind == "raise":
        return voice.pick(
            f"提档只对名单所写的年度有效，以后各年重新按数据排名；没有名单，按名次为 {ranked}。",
            f"A list holds for its own year only; without it the grade by rank is {ranked}.",
        )
    if kind == "lower" and row["from"] == row["to"]:
        return voice.pick("名单在，按名次升了档也要照样降。", "While on the list a better rank is lowered too.")
    if kind == "lower":
        return voice.pick(
            f"名单在，按名次升了档也要照样降；要恢复按名次的 {ranked}，须由{who}移出名单。",
            f"While on the list a better rank is lowered too; for {ranked} by rank {who} must take the firm off it.",
        )
    if kind == "veto":
        return voice.pick(
            f"在名单上，改数据升不了档；整改后由{who}移出名单，才按名次为 {ranked}。",
            f"No figure changes this; once {who} takes the firm off the list, the grade by rank is {ranked}.",
        )
    return voice.pick(
        f"本年度档次由文件定，改数据不影响它；要改变，须由{who}变更。按名次为 {ranked}。",
        f"The document sets this year’s grade whatever the figures; {who} can change it. By rank it is {ranked}.",
    )
