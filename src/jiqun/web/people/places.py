"""Places that limit what somebody sees: district, park or firm, by their names."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from jiqun.web.enterprises.register import place_names
from jiqun.web.people.models import User
from jiqun.web.region import ledger


def places_said(people: Iterable[User]) -> dict[str, str]:
    """Return the names of the districts and firms that people are limited to, by their codes."""
    codes = {one.place for one in people if one.place}
    firms = ledger().table("enterprise").select("enterprise", "name").drop_nulls()
    named = dict(firms.filter(pl.col("enterprise").is_in(sorted(codes))).iter_rows())
    return {code: place_names().get(code) or named.get(code) or code for code in codes}


def places_offered() -> list[tuple[str, str]]:
    """Return the districts with their names and the parks that the register knows; a firm is given by its code."""
    firms, names = ledger().table("enterprise"), place_names()
    districts = firms["district"].drop_nulls().unique().sort().to_list()
    parks = firms["park"].drop_nulls().unique().sort().to_list()
    return [*((one, names.get(one, one)) for one in districts), *((one, one) for one in parks)]
