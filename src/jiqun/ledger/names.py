"""Names of firms brought to the form in which two spellings of one firm are equal."""

from __future__ import annotations

import re
from functools import lru_cache

from jiqun.values import comparable, narrow, uscc

_REGION = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,3}(?:省|自治区))?"
    r"(?:(?:北京|上海|天津|重庆)市?|[\u4e00-\u9fff]{2,3}市)?"
    r"(?:[\u4e00-\u9fff]{1,3}(?:区|县))?"
)
_MARKS = re.compile(r"[()\[\]{}<>《》·・,.，。、\-—_'\"“”‘’&/]")
_FORMS = (("股份有限责任公司", "股份有限公司"), ("有限责任公司", "有限公司"), ("集团公司", "集团"))
_MASK = re.compile(r"[*＊×某]")
_SHORTEST = 4


@lru_cache(maxsize=200_000)
def normal_name(name: str) -> str:
    """Return a name without region in front, brackets, marks and blanks, with one word for each legal form.

    The region is kept where too little would be left. Equal normal names are the same firm only within one district.

    >>> normal_name("重庆市渝北区 长江（精密）机械有限责任公司")
    '长江精密机械有限公司'
    """
    text = _MARKS.sub("", comparable(name))
    for spelling, form in _FORMS:
        text = text.replace(spelling, form)
    found = _REGION.match(text)
    rest = text[found.end() :] if found else text
    core = rest.removesuffix("有限公司").removesuffix("股份")
    return rest if len(core) >= 2 and len(rest) >= _SHORTEST else text


def listed(text: str | None) -> list[str]:
    """Return the names or codes that one cell lists.

    >>> listed("长江机械厂；长江精工有限公司;")
    ['长江机械厂', '长江精工有限公司']
    """
    return [part for part in narrow(text or "").replace("；", ";").split(";") if part]


def is_masked(text: str) -> bool:
    """Tell whether letters of a name or code were blacked out (重庆**公司, 某某公司)."""
    return bool(_MASK.search(text))


def is_fake_code(code: str) -> bool:
    """Tell whether a code looks like a social credit code but is none: 16 to 20 letters and digits, not valid.

    >>> is_fake_code("91310115MA1H8R7C6D"), is_fake_code("91350100M000100Y43"), is_fake_code("500112-0034")
    (True, False, False)
    """
    return code.isalnum() and code.isascii() and 16 <= len(code) <= 20 and not uscc.is_valid(code)


def organisation_code(code: str) -> str | None:
    """Return the nine characters of the old organisation code (组织机构代码) in a reported code; None without one.

    They stand alone (`70610987-X`), at the end of the 15-character tax number, and as characters 9–17 of the social
    credit code (GB 32100-2015, 4.4).

    >>> organisation_code("70610987-X"), organisation_code("91350100M000100Y43")
    ('70610987X', 'M000100Y4')
    """
    plain = code.replace("-", "").upper()
    if not (plain.isalnum() and plain.isascii()) or not plain.strip("0"):
        return None
    if len(plain) == 9:
        return plain
    if len(plain) == 15 and plain[:6].isdigit():
        return plain[6:]
    return plain[8:17] if uscc.is_valid(plain) else None
