"""What the demo region hands over: files by department, and how close its totals came to the published ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from jiqun.problems.problem import Language
from jiqun.values import Unit, half_up


@dataclass(frozen=True)
class HandedFile:
    """One sheet of one file for one table; `period` is the year it speaks of, empty for a standing register."""

    path: Path
    department: str
    table: str
    period: str
    sheet: str
    note: str


@dataclass(frozen=True)
class Closeness:
    """A published (or derived) total beside what the invented firms add up to."""

    measure: str
    published: Fraction
    reached: Fraction
    source: str
    title: str
    title_en: str
    unit: str
    year: int
    basis: Literal["published", "derived"]

    @property
    def off(self) -> Fraction:
        """reached ÷ published − 1."""
        return self.reached / self.published - 1


@dataclass(frozen=True)
class Handover:
    """The region as handed over; `truth` is a folder with one Parquet file per table, `planted` lists the mess."""

    files: tuple[HandedFile, ...]
    closeness: tuple[Closeness, ...]
    firms: int
    truth: Path
    planted: Path
    faults: int


def lines(handover: Handover, language: Language = "zh") -> Iterator[str]:
    """Say in a few printable lines what was handed over and how close the year with published totals came to them."""
    paths = {one.path for one in handover.files}
    if language == "zh":
        yield (
            f"虚拟示范区：企业 {handover.firms} 户，文件 {len(paths)} 个，表 {len(handover.files)} 张，"
            f"有意留错 {handover.faults} 处"
        )
    else:
        yield (
            f"Invented demo region: {handover.firms} firms, {len(paths)} files, {len(handover.files)} sheets, "
            f"{handover.faults} planted faults"
        )
    published = {one.year for one in handover.closeness if one.basis == "published"}
    for one in handover.closeness:
        if one.year in published or not published:
            yield _line(one, language)


def _line(one: Closeness, language: Language) -> str:
    unit = Unit.parse(one.unit)
    published, reached = (unit.behind(_text(each), language) for each in (one.published, one.reached))
    off = f"{float(half_up(100 * one.off, 3)):+.3f}%"
    if language == "zh":
        kind = "公布" if one.basis == "published" else "推算"
        return f"{one.year} 年{one.title}：{kind} {published}，生成 {reached}，相差 {off}（{one.source}）"
    return f"{one.year} {one.title_en}: {one.basis} {published}, reached {reached}, {off} ({one.source})"


def _text(value: Fraction) -> str:
    return f"{float(half_up(value, 4 if value < 1 else 2)):g}"
