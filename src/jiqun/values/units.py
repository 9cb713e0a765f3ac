"""Units with exact factors: 万元/亩 is a type, and 万元 + 亩 is not.

A unit is a product of symbols with integer powers. Its factor to base units is a fraction (1 亩 = 2000/3 ㎡), so a
conversion never loses a digit. Standard coal is its own dimension: kWh becomes tce only through a dated factor with a
calibre (当量 or 等价), never by a conversion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from jiqun.values.text import narrow

# symbol → (dimension, exact factor to the dimension's base unit, other spellings)
_SYMBOLS: dict[str, tuple[str, Fraction, tuple[str, ...]]] = {
    "元": ("money", Fraction(1), ("人民币元", "yuan", "CNY", "RMB")),
    "千元": ("money", Fraction(1000), ()),
    "万元": ("money", Fraction(10**4), ("人民币万元", "万元人民币")),
    "百万元": ("money", Fraction(10**6), ()),
    "亿元": ("money", Fraction(10**8), ("人民币亿元",)),
    "㎡": ("area", Fraction(1), ("m2", "m²", "平方米", "平米", "平方公尺")),
    "亩": ("area", Fraction(2000, 3), ("mu", "市亩")),
    "公顷": ("area", Fraction(10**4), ("ha", "hm2")),
    "k㎡": ("area", Fraction(10**6), ("km2", "km²", "平方公里", "平方千米")),
    "kWh": ("energy", Fraction(3_600_000), ("千瓦时", "度", "千瓦小时", "kwh", "KWH", "kW·h", "kW.h")),
    "MWh": ("energy", Fraction(3_600_000_000), ("兆瓦时", "mwh")),
    "万kWh": ("energy", Fraction(36 * 10**9), ("万千瓦时", "万度", "万千瓦小时", "万kwh", "万KWH", "万kW·h")),
    "亿kWh": ("energy", Fraction(36 * 10**13), ("亿千瓦时", "亿度", "亿kwh")),
    "MJ": ("energy", Fraction(10**6), ("兆焦",)),
    "GJ": ("energy", Fraction(10**9), ("吉焦",)),
    "kvarh": ("reactive_energy", Fraction(1), ("kVarh", "千乏时")),
    "kgce": ("standard_coal", Fraction(1), ("千克标准煤", "千克标煤", "公斤标准煤")),
    "tce": ("standard_coal", Fraction(1000), ("吨标准煤", "吨标煤", "吨煤当量")),
    "万tce": ("standard_coal", Fraction(10**7), ("万吨标准煤", "万吨标煤")),
    "g": ("mass", Fraction(1, 1000), ("克",)),
    "kg": ("mass", Fraction(1), ("千克", "公斤")),
    "t": ("mass", Fraction(1000), ("吨", "公吨")),
    "万t": ("mass", Fraction(10**7), ("万吨",)),
    "tCO2": ("carbon_dioxide", Fraction(1000), ("吨CO2", "吨二氧化碳", "t(CO2)")),
    "kgCO2": ("carbon_dioxide", Fraction(1), ("千克CO2", "千克二氧化碳")),
    "当量吨": ("pollution_equivalent", Fraction(1), ("吨当量", "t当量")),
    "m³": ("volume", Fraction(1), ("m3", "立方米", "方")),
    "万m³": ("volume", Fraction(10**4), ("万m3", "万立方米", "万方")),
    "人": ("persons", Fraction(1), ("名",)),
    "万人": ("persons", Fraction(10**4), ()),
    "m": ("length", Fraction(1), ("米",)),
    "Pa": ("pressure", Fraction(1), ("帕",)),
    "kPa": ("pressure", Fraction(1000), ("千帕",)),
    # what is counted keeps its own measure word (2 项, 3 户); all of them are one unit
    "个": ("count", Fraction(1), ()),
    **{word: ("count", Fraction(1), ()) for word in ("项", "件", "家", "套", "台", "次", "宗", "条", "户")},
    "年": ("time", Fraction(31_557_600), ("周年",)),
    "月": ("months", Fraction(1), ("个月",)),
    "天": ("time", Fraction(86_400), ("日",)),
    "h": ("time", Fraction(3600), ("小时",)),
    "分": ("points", Fraction(1), ()),
    "级": ("level", Fraction(1), ()),
    "%": ("", Fraction(1, 100), ("百分比", "pct")),
    "‰": ("", Fraction(1, 1000), ()),
    "1": ("", Fraction(1), ("无量纲", "比值", "倍")),
}


_AMOUNTS = {
    "money", "area", "energy", "reactive_energy", "standard_coal", "mass", "carbon_dioxide", "pollution_equivalent",
    "volume", "persons", "count",
}  # fmt: skip


# What an English reader is shown for a symbol that he cannot read; every other symbol stands as it is.
# 亩 is the mu (1/15 ha) of the law; multiples of ten thousand keep their step, so that no figure changes.
_ENGLISH: dict[str, str] = {
    "元": "CNY",
    "千元": "1k CNY",
    "万元": "10k CNY",
    "百万元": "1M CNY",
    "亿元": "100M CNY",
    "㎡": "m²",
    "亩": "mu",
    "公顷": "ha",
    "k㎡": "km²",
    "万kWh": "10k kWh",
    "亿kWh": "100M kWh",
    "万tce": "10k tce",
    "万t": "10k t",
    "当量吨": "eq. t",
    "万m³": "10k m³",
    "人": "persons",
    "万人": "10k persons",
    **dict.fromkeys(("项", "件", "套", "台", "次", "宗", "条", "个"), "items"),  # read again as the last one, 个
    **dict.fromkeys(("户", "家"), "firms"),
    "年": "years",
    "月": "months",
    "天": "days",
    "分": "points",
    "级": "levels",
}


def _one(word: str) -> str:
    """The English word after a stroke: 10k CNY/person."""
    return word.removesuffix("s")


def _spelling(text: str) -> str:
    return narrow(text).replace(" ", "")


_ALIASES = {_spelling(word): symbol for symbol, (_, _, others) in _SYMBOLS.items() for word in (symbol, *others)}
_ALIASES |= {_spelling(word): symbol for symbol, several in _ENGLISH.items() for word in (several, _one(several))}
_POWER = re.compile(r"(.+)\^(-?\d+)")


@dataclass(frozen=True)
class Unit:
    """A product of unit symbols, such as 万元/亩.

    >>> (Unit.parse("万元") / Unit.parse("亩")).symbol
    '万元/亩'
    >>> Unit.parse("元/平方米").factor_to(Unit.parse("万元/亩"))
    Fraction(1, 15)
    """

    powers: tuple[tuple[str, int], ...]

    @classmethod
    def parse(cls, text: str) -> Unit:
        """Read a unit as departments write it (`万元/亩`, `平方米`, `t^2`); ValueError names the unknown part."""
        return _parse(_spelling(text))

    @classmethod
    def none(cls) -> Unit:
        """Return the unit of a pure number."""
        return cls(())

    @property
    def symbol(self) -> str:
        """The unit as text; `1` for a pure number."""
        return _product_text(self.powers)

    def said(self, language: str) -> str:
        """The unit as a reader of the language knows it, which `parse` reads again; `1` for a pure number.

        >>> Unit.parse("万元/亩").said("en"), Unit.parse("万元/亩").said("zh"), Unit.parse("kWh").said("en")
        ('10k CNY/mu', '万元/亩', 'kWh')
        """
        if language == "zh":
            return self.symbol
        words = ((_ENGLISH.get(name, name), power) for name, power in self.powers)
        return _product_text((word if power > 0 else _one(word), power) for word, power in words)

    def single(self, language: str) -> str:
        """The word for one of the unit: 个 and item, 年 and year.

        >>> Unit.parse("年").single("en"), Unit.parse("个").single("zh")
        ('year', '个')
        """
        return self.symbol if language == "zh" else _one(self.said("en"))

    def behind(self, number: str, language: str) -> str:
        """Put the unit behind a number; a unit that begins with a multiple is multiplied, a pure number has none.

        >>> Unit.parse("万元/亩").behind("3.75", "en"), Unit.parse("%").behind("5", "en")
        ('3.75 × 10k CNY/mu', '5%')
        >>> Unit.parse("月").behind("3", "zh"), Unit.parse("kgce/%/t").behind("1.1", "zh")
        ('3 个月', '1.1 kgce/t/百分点')
        """
        if not self.powers:
            return number
        said = self.said(language)
        if language == "zh":
            said = "个月" if said == "月" else _per_point(said)
        between = "" if said in ("%", "‰") else (" × " if said[0].isdigit() else " ")
        return f"{number}{between}{said}"

    @property
    def dimension(self) -> tuple[tuple[str, int], ...]:
        """The powers of the dimensions, sorted; empty for a pure number."""
        total: dict[str, int] = {}
        for name, power in self.powers:
            dimension = _SYMBOLS[name][0]
            if dimension:
                total[dimension] = total.get(dimension, 0) + power
        return tuple(sorted((name, power) for name, power in total.items() if power))

    @property
    def factor(self) -> Fraction:
        """The exact factor to base units."""
        result = Fraction(1)
        for name, power in self.powers:
            result *= _SYMBOLS[name][1] ** power
        return result

    @property
    def is_amount(self) -> bool:
        """Whether figures of several rows add up to one: money, land, people do; rates, years, heights and points not.

        >>> Unit.parse("万元").is_amount, Unit.parse("万元/亩").is_amount, Unit.parse("%").is_amount
        (True, False, False)
        """
        return len(self.powers) == 1 and self.powers[0][1] == 1 and _SYMBOLS[self.powers[0][0]][0] in _AMOUNTS

    def fits(self, other: Unit) -> bool:
        """Tell whether a value in this unit can be said in the other."""
        return self.dimension == other.dimension

    def factor_to(self, other: Unit) -> Fraction:
        """Return k with value[other] = value[self] × k; ValueError where the dimensions differ."""
        if not self.fits(other):
            raise ValueError(f"{self.symbol} cannot be said in {other.symbol}")
        return self.factor / other.factor

    def __mul__(self, other: Unit) -> Unit:
        return _product(self.powers + other.powers)

    def __truediv__(self, other: Unit) -> Unit:
        return _product(self.powers + tuple((name, -power) for name, power in other.powers))

    def __str__(self) -> str:
        return self.symbol


def unit_said(text: str | None, language: str) -> str:
    """Say a unit as a contract or rule writes it in a reader's language; nothing for none and for a pure number.

    >>> unit_said("亿元", "en"), unit_said("1", "en"), unit_said(None, "zh")
    ('100M CNY', '', '')
    """
    unit = Unit.parse(text or "")
    return unit.said(language) if unit.powers else ""


def _powered(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


def _per_point(said: str) -> str:
    """Name the per cent that a figure is divided by as what it is, behind everything else: kgce/t/百分点."""
    over, *under = said.split("/")
    points = [one for one in under if one == "%"]
    return "/".join([over, *(one for one in under if one != "%"), *("百分点" for _ in points)])


def _product_text(powers: Iterable[tuple[str, int]]) -> str:
    every = list(powers)
    over = [_powered(name, power) for name, power in every if power > 0]
    under = [_powered(name, -power) for name, power in every if power < 0]
    return "/".join(["·".join(over) or "1", *under])


def _product(powers: tuple[tuple[str, int], ...]) -> Unit:
    total: dict[str, int] = {}
    for name, power in powers:
        total[name] = total.get(name, 0) + power
    return Unit(tuple(sorted((name, power) for name, power in total.items() if power and name != "1")))


@lru_cache(maxsize=1024)
def _parse(text: str) -> Unit:
    if text in ("", "-", "—"):
        return Unit.none()
    over, *under = text.split("/")
    powers = _factors(over)
    for part in under:
        powers += tuple((name, -power) for name, power in _factors(part))
    return _product(powers)


def _factors(text: str) -> tuple[tuple[str, int], ...]:
    if text in _ALIASES:
        return ((_ALIASES[text], 1),)
    result = []
    for part in re.split(r"[·*]", text):
        found = _POWER.fullmatch(part)
        name, power = (found.group(1), int(found.group(2))) if found else (part, 1)
        if name not in _ALIASES:
            raise ValueError(f"{name!r} is not a unit that Jiqun knows")
        result.append((_ALIASES[name], power))
    return tuple(result)


def known_units() -> tuple[str, ...]:
    """Return every symbol and spelling, for messages that name the nearest one."""
    return tuple(_ALIASES)
