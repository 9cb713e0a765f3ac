"""Places that limit what somebody sees: district, park or firm, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from jiqun.values import uscc
from jiqun.web.enterprises.register import place_names
from jiqun.web.people.models import User
from jiqun.web.people.scope import Scope, scope_of
from jiqun.web.region import ledger, region
from jiqun.web.shell.language import both
from jiqun.web.shell.refused import RefusedError

_DISTRICT_LEVEL = 2  # 市、区县、乡镇街道


def places_said(people: Iterable[User]) -> dict[str, str]:
    """Return the names of the districts and firms that people are limited to, by their codes."""
    codes = {place for one in people for place in one.places}
    firms = ledger().table("enterprise").select("enterprise", "name").drop_nulls()
    named = dict(firms.filter(pl.col("enterprise").is_in(sorted(codes))).iter_rows())
    return {code: place_names().get(code) or named.get(code) or code for code in codes}


def own_places_said(user: User) -> str:
    """Name the places whose rows a user sees now: all of them, or the firm that is looked at."""
    named = places_said([user])
    return both("、", ", ").join(named[one] for one in scope_of(user).places)


def places_of_firms() -> list[tuple[str, str]]:
    """Return the places of `places_offered` in which the register has firms."""
    register = ledger().table("enterprise")
    there = {*register["district"].drop_nulls(), *register["park"].drop_nulls()}
    return [(code, name) for code, name in places_offered() if code in there]


def places_offered() -> list[tuple[str, str]]:
    """Return the districts with their names and the parks that the register knows; a firm is given by its code.

    Accounts are made before there are data, so that the law book's districts are offered beside the register's.
    """
    firms, names = ledger().table("enterprise"), place_names()
    districts = {code: names.get(code, name) for code, name in _districts().items() if code in names}
    districts |= {code: names.get(code, code) for code in firms["district"].drop_nulls().unique()}
    parks = firms["park"].drop_nulls().unique().sort().to_list()
    return [*sorted(districts.items()), *((one, one) for one in parks)]


def _districts() -> dict[str, str]:
    """Return code → name of all districts that the law book ever knew."""
    book = region().book
    found: dict[str, str] = {}
    for one in book.objects("taxonomy"):
        if one.id.endswith("districts"):
            view = book.taxonomy(one.id).on(None)
            found |= {code: entry.name for code, entry in view.codes.items() if view.level(code) == _DISTRICT_LEVEL}
    return found


def place_meant(limited_by: str, said: str) -> str:
    """Return the place that a person wrote by code or by name: a district, a park, or a firm.

    RefusedError for a place that cannot be: its account would see nothing, and nobody would know why.
    """
    if limited_by == "district":
        return _district_meant(said)
    if limited_by == "enterprise":
        return _firm_meant(said)
    return said


def _district_meant(said: str) -> str:
    known, there = _districts(), set(ledger().table("enterprise")["district"].drop_nulls())
    if said in known or said in there or not known:
        return said
    for one in region().book.objects("taxonomy"):
        if one.id.endswith("districts") and (found := region().book.taxonomy(one.id).on(None).find(said)) in known:
            return str(found)
    zh = f"没有“{said}”这个区县。请从列表里选，或写六位行政区划代码。"
    raise RefusedError(zh, f"There is no district “{said}”: choose one of the list, or write its code.", at=("place",))


def _firm_meant(said: str) -> str:
    firms = ledger().table("enterprise").filter((pl.col("enterprise") == said) | (pl.col("name") == said))
    if len(firms) == 1:
        return str(firms["enterprise"][0])
    if (after := successor(said)) is not None:
        return after[0]
    if uscc.is_valid(said.upper()):
        return said.upper()
    zh = f"“{said}”不是登记里的企业，也不是有效的统一社会信用代码（18 位，校验位要对）。"
    raise RefusedError(zh, f"“{said}” is no registered firm and no valid social credit code.", at=("place",))


def successor(said: str) -> tuple[str, str] | None:
    """Return code and name of the one firm that had a code or name before; None for none, for several, and itself."""
    firms = ledger().table("enterprise").select("enterprise", "name", "former_codes", "former_names")
    found = {
        code: name or code
        for code, name, *former in firms.iter_rows()
        if any(said.upper() == one.strip().upper() for text in former if text for one in re.split("[;；]", text))
    }
    return next(iter(found.items())) if said and len(found) == 1 and said not in found else None


def empty_place(limited_by: str, place: str) -> str:
    """Say that an account sees nothing yet, since the register has no firm in its place; empty where it has."""
    if not limited_by or ledger().firms(Scope(limited_by, place)):
        return ""
    if limited_by == "enterprise" and (after := successor(place)) is not None:
        zh = f"代码“{place}”现在由 {after[1]}（{after[0]}）承接，请把账号的所属企业改成它。"
        return both(zh, f"“{place}” is now {after[1]} ({after[0]}): give the account that code.")
    zh = f"登记里现在还没有属于“{place}”的企业，这个账号要等登记导入后才看得到内容。"
    return both(zh, f"The register has no firm of “{place}” yet: this account sees nothing until it has.")
