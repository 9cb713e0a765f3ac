"""Codes and names that check out and yet cannot belong to anybody."""

from __future__ import annotations

from jiqun.cli.demo.chance import Chance
from jiqun.cli.demo.region import Region
from jiqun.values.uscc import check_character

_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def body_check(first_8: str) -> str:
    """Return the ninth character of a 主体标识码: 11 − (Σ C_i·W_i mod 11), 10 → X, 11 → 0 (GB 11714).

    >>> body_check("60003734")  # of 91110000600037341L, a code of the python-stdnum test list
    '1'
    """
    total = sum(int(character, 36) * weight for character, weight in zip(first_8, _BODY_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def credit_code(number: int, district: str) -> str:
    """Return a unified social credit code with right check characters in an area that does not exist.

    91 (enterprise) + 999 and the last three digits of the district (GB/T 2260 has no province 99) + MAD + five
    digits + check characters of GB 11714 and GB 32100.

    >>> credit_code(123, "500112")[:8]
    '91999112'
    """
    body = f"MAD{number:05d}"
    first_17 = f"91999{district[3:]}{body}{body_check(body)}"
    return first_17 + check_character(first_17)


def parcel_code(number: int, district: str) -> str:
    """Return a parcel code of the usual form (area, cadastral zone, GB, number) in an area that does not exist."""
    return f"999{district[3:]}{1 + number % 40:03d}{1 + number % 7:03d}GB{number:05d}"


def certificate_number(number: int, district_name: str, year: int) -> str:
    """Return a certificate number that says that it is invented."""
    return f"渝（{year}）{district_name}示范不动产权第{number:07d}号"


def firm_name(region: Region, number: int, industry: str, chance: Chance) -> str:
    """Return an enterprise name with a mark word and the firm's number, such as 渝示范00123精密机械有限公司."""
    division = region.divisions.get(industry[:2])
    trade = chance.pick(division["words"].split(";")) if division else _OTHER_TRADES.get(industry[:2], "园区运营")
    mark, middle, ending = (chance.pick(region.words(name)) for name in ("marks", "middles", "endings"))
    return f"{mark}{number:05d}{trade}{middle}{ending}"


_OTHER_TRADES = {"44": "热电", "45": "燃气", "46": "水务"}
