"""Numbers as officers write them: thousands separators, shares in per cent, units behind."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from jiqun.methods.wording.phrases import listed, say
from jiqun.problems import Language
from jiqun.values import Number, Unit, decimal_text, exact, grouped, plain, to_scaled


def scaled_text(scaled: int, digits: int) -> str:
    """Write a scaled integer with all its decimals and thousands separators."""
    return grouped(plain(scaled, digits))


def short_text(text: str) -> str:
    """Leave out the zeros behind the second decimal, which only tell to how many a figure was rounded.

    >>> short_text("9,000.000000"), short_text("3.7500"), short_text("24.0971"), short_text("12")
    ('9,000.00', '3.75', '24.0971', '12')
    """
    whole, dot, rest = text.partition(".")
    return f"{whole}{dot}{rest[:2]}{rest[2:].rstrip('0')}"


def number_text(value: Fraction, digits: int | None = None) -> str:
    """Write a number: with `digits` decimals where those say it exactly, otherwise with all it has."""
    if digits is not None and (value * 10**digits).denominator == 1:
        return scaled_text(to_scaled(value, digits), digits)
    return grouped(decimal_text(value))


def written(text: str) -> str:
    """Write a number of a rule as it stands there, with thousands separators and the sign for minus."""
    return grouped(text).replace("-", "−")


def tried(parameters: Mapping[str, Number], language: Language = "zh") -> str:
    """Say which numbers were put in the place of the law's; empty where none was.

    >>> tried({"base.tax": "20.5"})
    '试改 base.tax = 20.5'
    """
    numbers = [f"{name} = {number_text(exact(value))}" for name, value in sorted(parameters.items())]
    return say("tried", language, numbers=listed(numbers, language)) if numbers else ""


def share_text(text: str) -> str:
    """Write a share as per cent.

    >>> share_text("0.05"), share_text("0.125")
    ('5%', '12.5%')
    """
    return f"{decimal_text(exact(text) * 100)}%"


def with_unit(number: str, unit: Unit | None, language: Language) -> str:
    """Put a unit behind a number, with the sign for minus; a pure number has none.

    >>> with_unit("3.7478", Unit.parse("万元/亩"), "en"), with_unit("-8.3", Unit.parse("kgce/t"), "zh")
    ('3.7478 × 10k CNY/mu', '−8.3 kgce/t')
    """
    number = number.replace("-", "−")
    return number if unit is None else unit.behind(number, language)


def interval_text(
    at_least: str | None,
    more_than: str | None,
    at_most: str | None,
    less_than: str | None,
    language: Language = "zh",
    unit: Unit | None = None,
    named: Mapping[str, str] | None = None,
) -> str:
    """Say an interval in the words of a rule: 及以上, 及以下 and 不大于 include the number, 大于 and 不足 do not.

    Ends in `named` are not numbers but stand for something computed, which is said as there.

    >>> interval_text("60", None, None, "80"), interval_text(None, "0.6", "0.8", None)
    ('60 及以上、不足 80', '大于 0.6、不大于 0.8')
    """
    most = "at_most" if more_than is None else "at_most_after"
    ends = {"at_least": at_least, "more_than": more_than, most: at_most, "less_than": less_than}
    said = [
        say(key, language, number=(named or {}).get(text) or with_unit(written(text), unit, language))
        for key, text in ends.items()
        if text is not None
    ]
    if not said:
        return say("any_number", language)
    return said[0] if len(said) == 1 else say("interval", language, low=said[0], high=said[1])
