"""What the page of accounts reads: districts, parks, industries and clusters within a user's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from urllib.parse import urlencode

from django.urls import reverse

from jiqun.desk.accounts import Account
from jiqun.methods.explanation.restricted import FEWEST, MASKED
from jiqun.problems import Language
from jiqun.reports.layout import Field, Head, Sheet, Value
from jiqun.reports.workbook import workbook_bytes
from jiqun.values import unit_said
from jiqun.web.enterprises.register import place_names
from jiqun.web.overview.accounts import found, held
from jiqun.web.people.scope import Scope
from jiqun.web.region import ledger, names_of
from jiqun.web.shell.language import both

BY: Mapping[str, tuple[str, str]] = {
    "district": ("区县", "District"),
    "park": ("园区", "Park"),
    "division": ("行业大类", "Industry division"),
    "cluster": ("产业集群", "Cluster"),
}


@dataclass(frozen=True)
class Ratio:
    """A column of the accounts: title, unit, and by what the bare ratio is multiplied to be in that unit."""

    name: str
    title: str
    title_en: str
    unit: str
    factor: int = 1


COLUMNS = (
    Ratio("tax_per_mu", "亩均税收", "Tax per mu", "万元/亩"),
    Ratio("value_added_per_mu", "亩均增加值", "Value added per mu", "万元/亩"),
    Ratio("output_per_mu", "亩均产值", "Output per mu", "万元/亩"),
    Ratio("labour_productivity", "全员劳动生产率", "Labour productivity", "万元/人"),
    Ratio("value_added_per_energy", "单位能耗增加值", "Value added per energy", "万元/tce"),
    Ratio("rd_intensity", "研发投入强度", "R&D intensity", "%", 100),
)


@dataclass(frozen=True)
class Cell:
    """A figure of an account: its value, the value without firms in doubt where it differs, coverage and growth.

    `few` where it may not be told; `held` names what else may not: the value with doubts, the growth.
    """

    value: Fraction | None
    sound: Fraction | None
    doubtful: int
    covered: int
    growth: Fraction | None
    above: bool | None
    few: bool = False
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """A row of the accounts; `few` where fewer firms are in it than may be told."""

    key: str
    name: str
    firms: int
    land: Fraction | None
    cells: tuple[Cell, ...]
    few: bool
    to: str


def lines(scope: Scope, year: int, by: str, language: Language, sort: str, down: bool) -> tuple[Line, list[Line]]:
    """Return the whole and the rows, sorted by a column; what is unknown comes last both ways."""
    whole, groups = found(ledger(), scope, year, by)
    names = _names(by, year, language)
    hidden = _Hidden(whole, groups, scope, year, by)
    top = _line(whole, both("全部规上企业", "All above-scale firms"), "", hidden, whole)
    rows = [_line(one, names.get(one.key, one.key), _to(by, one.key, year), hidden, whole) for one in groups]
    place = {one.name: at for at, one in enumerate(COLUMNS)}

    def key(line: Line) -> Fraction | None:
        if sort == "firms":
            return Fraction(line.firms)
        if sort == "land":
            return None if line.few else line.land
        return None if line.few or sort not in place else line.cells[place[sort]].sound

    if sort in (*place, "firms", "land"):
        known = sorted((one for one in rows if key(one) is not None), key=lambda one: key(one) or 0, reverse=down)
        rows = [*known, *(one for one in rows if key(one) is None)]
    return top, rows


def _kept_back(whole: Account, groups: Sequence[Account], *, overlap: bool) -> frozenset[str]:
    """Return the groups that are not told: those too small, and as many next larger ones as their difference needs.

    The whole less all groups that are told would else be the figures of one or two firms. Clusters `overlap`, so that
    no such difference exists between them.
    """
    small = {one.key for one in groups if one.firms < FEWEST}
    if overlap:
        return frozenset(small)
    left = whole.firms - sum(one.firms for one in groups if one.key not in small)
    for one in sorted(groups, key=lambda each: (each.firms, each.key)):
        if left == 0 or left >= FEWEST:
            break
        if one.key not in small:
            small.add(one.key)
            left += one.firms
    return frozenset(small)


def _names(by: str, year: int, language: Language) -> Mapping[str, str]:
    day = date(year, 12, 31)
    if by == "district":
        return place_names()
    if by == "division":
        return {code: f"{code} {name}" for code, name in names_of("gbt4754", day, language).items() if len(code) == 2}
    return names_of("33618", day, language) if by == "cluster" else {}


def _to(by: str, key: str, year: int) -> str:
    columns = {"district": "district", "park": "park", "division": "industry"}
    if by not in columns:
        return ""
    return f"{reverse('enterprises:listing')}?{urlencode({columns[by]: key, 'scale': 'above', 'year': year})}"


class _Hidden:
    """What of the accounts a reader is not told: whole lines, ratios of this year, and their growth."""

    def __init__(self, whole: Account, groups: Sequence[Account], scope: Scope, year: int, by: str) -> None:
        self.none = scope.sees_restricted
        self.lines = frozenset() if self.none else _kept_back(whole, groups, overlap=by == "cluster")
        self._held, self._by = held(ledger(), scope, year), by

    def now(self, key: str) -> Set[str]:
        """The ratios that are not told of a group, or of the whole."""
        return self._held.figures.get((self._by if key else "", key), frozenset())

    def growth(self, key: str) -> Set[str]:
        return self._held.growth.get((self._by if key else "", key), frozenset())


def _line(one: Account, name: str, to: str, hidden: _Hidden, whole: Account) -> Line:
    cells = tuple(_cell(one, column, whole, hidden) for column in COLUMNS)
    few = not hidden.none and (one.firms < FEWEST or one.key in hidden.lines)
    return Line(one.key, name, one.firms, one.sums["land"].sound, cells, few, to)


def _cell(one: Account, column: Ratio, whole: Account, hidden: _Hidden) -> Cell:
    told = one.ratios[column.name]
    if column.name in hidden.now(one.key):
        return Cell(None, None, 0, told.covered, None, None, few=True)
    region_wide = whole.ratios[column.name].sound
    value, sound = (None if each is None else each * column.factor for each in (told.value, told.sound))
    growth, held = one.growth[column.name], set()
    if not hidden.none and told.doubtful and (one is not whole or told.doubtful < FEWEST):
        # beside the sound one it would tell the firms in doubt, and the whole's less it those of others
        value, held = None, {"value"}
    if column.name in hidden.growth(one.key) and growth is not None:
        growth, held = None, held | {"growth"}
    if column.name in hidden.now(whole.key):
        region_wide = None
    above = None if told.sound is None or region_wide is None else told.sound >= region_wide
    return Cell(value, sound, told.doubtful, told.covered, growth, above, held=frozenset(held))


def workbook(top: Line, rows: Sequence[Line], year: int, by: str, language: Language) -> bytes:
    """Return the accounts as a workbook: every ratio as the page names it, with doubts, coverage and growth."""
    zh = language == "zh"
    fields = [Field(BY[by][0 if zh else 1], widest=36), Field("企业" if zh else "Firms", "家" if zh else "", "number")]
    fields.append(Field("用地" if zh else "Land", unit_said("亩", language), "number", 2))
    for column in COLUMNS:
        title, unit = column.title if zh else column.title_en, unit_said(column.unit, language)
        fields += [
            Field(title, unit, "number", 4),
            Field(f"{title}（含存疑）" if zh else f"{title}, with doubts", unit, "number", 4),
            Field(f"{title}（有数企业）" if zh else f"{title}, reported", "家" if zh else "", "number"),
            Field(f"{title}（比上年）" if zh else f"{title}, growth", "%", "number", 2),
        ]
    cells = [_values(one) for one in (top, *rows)]
    title = f"亩均账（{BY[by][0]}）" if zh else f"Accounts by {BY[by][1].lower()}"
    notes = (
        (
            "比率 = 两项都有数的企业之和相除，已剔除存疑数据，比上年也是；“含存疑”为不剔除的数。",
            f"空白表示未知，不是零；{MASKED}不列，以免得出单家企业的数。",
        )
        if zh
        else (
            "Ratios are sum ÷ sum over firms that reported both, without figures in doubt.",
            f"Blank is unknown, not 0; {MASKED} is not told, as a single firm's figure would follow.",
        )
    )
    head = Head(
        title=title,
        facts=(
            f"数据年度 {year}" if zh else f"data year {year}",
            "规上企业" if zh else "above-scale firms",
            ledger().state(language),
        ),
        state="按台账现有数据汇总，不是统计公报" if zh else "from the ledger as it stands, no official statistics",
        trial=False,
        language=language,
    )
    return workbook_bytes(head, [Sheet(title, title, tuple(fields), cells, notes, frozen=1)])


def _values(one: Line) -> list[Value]:
    if one.few:
        return [one.name, one.firms, MASKED, *([MASKED] * 4 * len(COLUMNS))]
    figures = [part for cell in one.cells for part in _told(cell)]
    return [one.name, one.firms, None if one.land is None else float(one.land), *figures]


def _told(cell: Cell) -> list[Value]:
    """The ratio without and with doubts, how many firms reported it, and its growth."""
    if cell.few:
        return [MASKED, MASKED, cell.covered, MASKED]
    sound, value, growth = (None if one is None else float(one) for one in (cell.sound, cell.value, cell.growth))
    hidden = {name: MASKED if name in cell.held else None for name in ("value", "growth")}
    return [sound, hidden["value"] or value, cell.covered, hidden["growth"] or growth]
