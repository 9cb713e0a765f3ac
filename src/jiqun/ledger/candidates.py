"""Which firms an open report could mean: likely names with a score, for a person to choose from."""

from __future__ import annotations

import re

import polars as pl
from rapidfuzz import fuzz

from jiqun.ledger.names import normal_name
from jiqun.values import comparable

CANDIDATE_SCHEMA = {
    "reported": pl.String(),
    "enterprise": pl.String(),
    "name": pl.String(),
    "district": pl.String(),
    "score": pl.Int64(),
}
_LEAST_SCORE = 55
_COMPARED = 40
_COMMON_SHARE = 0.02
_SMALL_REGISTER = 1000


def candidates(open_rows: pl.DataFrame, register: pl.DataFrame, most: int = 5) -> pl.DataFrame:
    """Return up to `most` candidates for each open report (`reported`, `name`, `district`), the best first.

    The score is rapidfuzz's ratio (0–100) of the normalised names; a name with blacked-out letters scores 90 where the
    letters left fit. Names are compared only where they share rare pairs of characters, so a big register stays fast.
    """
    asked = open_rows.select("reported", "name", "district").drop_nulls("name").unique("reported", maintain_order=True)
    likely = _sharing_pairs(asked, register)
    scored = [
        (reported, enterprise, name, district, _score(asked_name, name))
        for reported, asked_name, enterprise, name, district in likely.iter_rows()
    ]
    found = pl.DataFrame(scored, schema=CANDIDATE_SCHEMA, orient="row").filter(pl.col("score") >= _LEAST_SCORE)
    ordered = found.sort("reported", "score", "enterprise", descending=[False, True, False])
    return ordered.group_by("reported", maintain_order=True).head(most)


def _score(asked: str, name: str) -> int:
    text = comparable(asked).replace("某", "*")
    if "*" in text:
        pattern = re.sub(r"(?:\\\*)+", ".+", re.escape(text))
        return 90 if re.fullmatch(pattern, comparable(name)) else round(fuzz.ratio(text.replace("*", ""), name) * 0.9)
    return round(fuzz.ratio(normal_name(asked), normal_name(name)))


def _sharing_pairs(asked: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return reported, asked name, enterprise, name, district for the firms that share most pairs of characters."""
    firms = register.select("enterprise", "name", "district").drop_nulls("name")
    firm_pairs = _pairs(firms, "enterprise")
    if firms.height > _SMALL_REGISTER:
        often = firm_pairs.group_by("pair").len().filter(pl.col("len") > firms.height * _COMMON_SHARE)
        firm_pairs = firm_pairs.join(often, on="pair", how="anti")
    shared = (
        _pairs(asked, "reported")
        .join(firm_pairs, on="pair")
        .group_by("reported", "enterprise")
        .len()
        .sort("reported", "len", "enterprise", descending=[False, True, False])
        .group_by("reported", maintain_order=True)
        .head(_COMPARED)
    )
    return (
        shared.join(asked.select("reported", pl.col("name").alias("asked")), on="reported")
        .join(firms, on="enterprise")
        .select("reported", "asked", "enterprise", "name", "district")
    )


def _pairs(frame: pl.DataFrame, subject: str) -> pl.DataFrame:
    names = [normal_name(name) for name in frame["name"].to_list()]
    pairs = [sorted({name[at : at + 2] for at in range(max(len(name) - 1, 1))}) for name in names]
    listed = pl.DataFrame({subject: frame[subject], "pair": pl.Series(pairs, dtype=pl.List(pl.String))})
    return listed.explode("pair").filter(~pl.col("pair").str.contains(r"\*|有限|限公|公司"))
