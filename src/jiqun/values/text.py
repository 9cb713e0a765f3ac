"""Text as departments type it, brought to one form: full-width characters, blanks, separators."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

_BLANKS = re.compile(r"\s+")
_CHINESE = re.compile("[\u3000-\u9fff\uff00-\uffef‘’“”]")
_TIGHT = re.compile("[\u3000-\u9fff\uff00-\uffef‘’“”%)]")  # what a Chinese word follows without a blank
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_WORD = 64  # longer texts are sentences, not worth keeping
_INNER_MARKS = str.maketrans("《》", "〈〉")
_BRACKETS = str.maketrans({"（": "(", "）": ")", "【": "[", "】": "]", "［": "[", "］": "]", "：": ":", "，": ","})


def narrow(text: str) -> str:
    """Fold full-width characters (NFKC), turn every run of blanks into one, and trim.

    >>> narrow("　１２，３４５．６ ")
    '12,345.6'
    """
    if not text or (text.isascii() and text.isalnum()):  # codes have nothing to fold, and files have millions of them
        return text
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).translate(_BRACKETS)).strip()


def comparable(text: str) -> str:
    """Bring a name or header to the form in which two spellings are compared: narrow, no blanks, lower case."""
    return _comparable(text) if len(text) <= _WORD else _comparable.__wrapped__(text)


@lru_cache(1 << 15)
def _comparable(text: str) -> str:
    """The words of a contract and the names of codes are compared anew for every file."""
    return narrow(text).replace(" ", "").casefold()


def printable(text: str) -> str:
    """Leave out the signs that no XML file may hold, and so neither a Word nor an Excel file.

    >>> printable(f"甲{chr(0)}厂"), printable("甲 厂")
    ('甲厂', '甲 厂')
    """
    return _UNPRINTABLE.sub("", text)


def cited(title: str) -> str:
    """Return a title in the marks of titles; marks within it become single ones (GB/T 15834-2011, 4.15).

    >>> cited("关于2024年度《亩均评价办法》评价结果的通报")
    '《关于2024年度〈亩均评价办法〉评价结果的通报》'
    """
    return f"《{title.translate(_INNER_MARKS)}》"


def text_width(text: str) -> int:
    """Return how many columns of a monospaced page a text takes: two for each Chinese character.

    >>> text_width("亩均税收 A")
    10
    """
    if text.isascii():
        return len(text)
    return sum(map(_width_of, text))


@cache
def _width_of(sign: str) -> int:
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def grouped(text: str) -> str:
    """Put thousands separators into a decimal.

    >>> grouped("1472.36"), grouped("-1234567"), grouped("≈0.3333")
    ('1,472.36', '-1,234,567', '≈0.3333')
    """
    start = next((at for at, sign in enumerate(text) if sign.isdigit()), 0)
    whole, dot, rest = text[start:].partition(".")
    return f"{text[:start]}{int(whole):,}{dot}{rest}" if whole.isdigit() else text


def filled(template: str, values: Mapping[str, object]) -> str:
    """Fill in a phrase; its blanks stay beside figures and Latin letters, and go where Chinese words meet.

    >>> filled("满足的为 {grade}", {"grade": "大型"}), filled("满足的为 {grade}", {"grade": "A"})
    ('满足的为大型', '满足的为 A')
    """
    said = ""
    for literal, field in _parts(template):
        if literal[:1] == " " and _TIGHT.match(said[-1:]) and _CHINESE.match(literal[1:2]):
            literal = literal[1:]
        value = "" if field is None else format(values[field])
        if literal[-1:] == " " and _CHINESE.match(literal[-2:-1]) and _CHINESE.match(value[:1]):
            literal = literal[:-1]
        said += literal + value
    return said


@cache
def _parts(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, field) for literal, field, _, _ in string.Formatter().parse(template))
