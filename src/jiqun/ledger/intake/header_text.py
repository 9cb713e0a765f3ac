"""What one header says: the name of a column, its unit, and the year it is about.

Units stand in brackets 税收（万元）, 用电量[万千瓦时], after 单位：, after a separator 税收/万元,
or right after the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jiqun.values import Unit, comparable, narrow

_BRACKETED = re.compile(r"[(\[<]([^()\[\]<>]*)[)\]>]")
_NUMBERING = re.compile(r"^(?:\d{1,2}\s*[.、)]|[一二三四五六七八九十]{1,3}\s*[、.]|\(\d{1,2}\)|其中\s*:)\s*")
_MARKS = re.compile(r"[(\[](?:必填|选填|必填项|选填项)[)\]]|\*")
_SEPARATOR = re.compile(r"\s*(?:[/_,、;:-]|单位:|\s)\s*")
_UNIT_WORD = re.compile(r"^(?:计量|金额)?单位:?\s*")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年?度?(?:末|底)?")
_CURRENT = re.compile(r"^(?:本年度?|当年|本期|报告期|年度)|(?:合计|总计|小计|全年|累计|本年累计|本年|本期|1-12月)$")
_OTHER_PERIOD = re.compile(r"上年|去年|上期|同期|前年|增速|增长|增幅|增减|同比|环比|占比|比重|排名|预计|目标|计划")
_PUNCTUATION = re.compile(r"[^\w%]|_")
_PERIOD_WORDS = {"年", "年度", "月", "个月", "日", "天"}
_LONGEST_SUFFIX = 6


@dataclass(frozen=True)
class Said:
    """One way to read a header: name in comparable form, unit as written (None where none), the year if named."""

    name: str
    unit: str | None = None
    year: int | None = None


def unit_in(text: str) -> str | None:
    """Return the text of a unit if the words are one (`单位：万元`, `万元`), else None.

    >>> unit_in("单位：万元"), unit_in("按财务口径")
    ('万元', None)
    """
    words = _UNIT_WORD.sub("", narrow(text)).strip(":- ")
    if not words or words.isdigit():
        return None
    try:
        return words if Unit.parse(words).powers or words == "%" else None
    except ValueError:
        return None


def loose(name: str) -> str:
    """Leave out punctuation, for headers that differ from a known one only in that."""
    return _PUNCTUATION.sub("", name)


def speaks_of_another_period(text: str) -> bool:
    """Tell whether a parent header says last year, growth, share, plan … rather than the period itself."""
    return bool(_OTHER_PERIOD.search(text))


@lru_cache(maxsize=8192)
def readings(text: str) -> tuple[Said, ...]:
    """Return every way to read a header, the most literal first.

    >>> [(one.name, one.unit) for one in readings("实缴税金（万元）")][0]
    ('实缴税金', '万元')
    """
    bare = _NUMBERING.sub("", _MARKS.sub("", narrow(text))).strip(" :")
    found: list[Said] = []
    for name, unit in _splits(bare):
        for one, year in _without_year(name):
            said = Said(comparable(one).strip(":"), unit, year)
            if said.name and said not in found:
                found.append(said)
    return tuple(found)


def composed(parts: Sequence[str]) -> tuple[Said, ...]:
    """Return the ways to read a header of several rows: all rows together, the lowest row alone, the rows above it.

    The unit may stand in any row; the rows above alone count only where the lowest one names the period (全年, 2024年).
    """
    if len(parts) < 2:
        return readings(parts[0]) if parts else ()
    *above, leaf = parts
    unit = next((unit for part in reversed(parts) if (unit := _unit_of_part(part))), None)
    years = {one.year for part in parts for one in readings(part) if one.year}
    year = years.pop() if len(years) == 1 else None
    names = [_bare_name("".join(map(_name_only, parts))), *(one.name for one in readings(leaf))]
    if not _current(_YEAR.sub("", narrow(leaf))):
        names += [one.name for one in readings(above[-1])]
    return tuple(dict.fromkeys(Said(name, unit, year) for name in names if name))


def _unit_of_part(part: str) -> str | None:
    """Return the unit that one row of a header states; 本年 and 1月 name periods, not units."""
    found = next((one.unit for one in readings(part) if one.unit), None)
    return None if found in _PERIOD_WORDS and not _BRACKETED.search(part) else found


def _current(leaf: str) -> str:
    return _CURRENT.sub("", leaf).strip("年度 ")


def _name_only(text: str) -> str:
    return next((one.name for one in readings(text)), "")


def _bare_name(name: str) -> str:
    return comparable(_CURRENT.sub("", name))


def _splits(text: str) -> Iterator[tuple[str, str | None]]:
    for found in _BRACKETED.finditer(text):
        unit, remark = _unit_and_remark(found.group(1))
        if unit:
            yield text[: found.start()] + (f"({remark})" if remark else "") + text[found.end() :], unit
    yield text, None
    for separator in reversed(list(_SEPARATOR.finditer(text))):
        unit = unit_in(text[separator.end() :])
        if unit:
            yield text[: separator.start()], unit
    for size in range(min(_LONGEST_SUFFIX, len(text) - 1), 0, -1):
        unit = unit_in(text[-size:])
        if unit and not text[:-size].strip(" .").isdigit():
            yield text[:-size], unit


def _unit_and_remark(content: str) -> tuple[str | None, str]:
    whole = unit_in(content)
    if whole:
        return whole, ""
    parts = [part for part in re.split(r"[,;、\s]+", content) if part]
    units = [unit for part in parts if (unit := unit_in(part))]
    if len(units) != 1:
        return None, ""
    return units[0], ",".join(part for part in parts if not unit_in(part))


def _without_year(name: str) -> Iterator[tuple[str, int | None]]:
    found = _YEAR.search(name)
    if found:
        rest = name[: found.start()] + name[found.end() :]
        yield rest, int(found.group(1))
        yield name, int(found.group(1))
        if _CURRENT.sub("", rest) != rest:
            yield _CURRENT.sub("", rest), int(found.group(1))
        return
    yield name, None
    current = _CURRENT.sub("", name)
    if current != name and current:
        yield current, None
