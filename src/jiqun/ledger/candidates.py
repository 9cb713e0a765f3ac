"""Which firms an open report could mean: likely names with a score, for a person to choose from."""

from __future__ import annotations

import re

import polars as pl
from rapidfuzz import fuzz

from jiqun.ledger.names import listed, normal_name
from jiqun.values import comparable

CANDIDATE_SCHEMA = {
    "reported": pl.String(),
    "enterprise": pl.String(),
    "name": pl.String(),
    "district": pl.String(),
    "score": pl.Int64(),
    "by": pl.String(),
}
_LEAST_SCORE = 55
_COMPARED = 40
_COMMON_SHARE = 0.02
_SMALL_REGISTER = 1000


def candidates(open_rows: pl.DataFrame, register: pl.DataFrame, most: int = 5) -> pl.DataFrame:
    """Return up to `most` candidates for each open report (`reported`, `name`, `district`), the best first.

    The score is rapidfuzz's ratio (0–100) of the normalised names; a name with blacked-out letters scores 90 where the
    letters left fit. A firm is sought by its former names too and, where the register has `earlier_names`, by those
    that it bore there before; `by` is the one that is likest, null where it is the present name. Names are compared
    only where they share rare pairs of characters, so a big register stays fast.
    """
    asked = open_rows.select("reported", "name", "district").drop_nulls("name").unique("reported", maintain_order=True)
    likely = _sharing_pairs(asked, _called(register))
    scored = [
        (reported, enterprise, name, district, _score(asked_name, called), None if called == name else called)
        for reported, asked_name, enterprise, name, district, called in likely.iter_rows()
    ]
    found = pl.DataFrame(scored, schema=CANDIDATE_SCHEMA, orient="row").filter(pl.col("score") >= _LEAST_SCORE)
    by_score = ("reported", "score", "enterprise", "by")
    ordered = found.sort(by_score, descending=[False, True, False, False], nulls_last=[True, True, True, False])
    once = ordered.unique(["reported", "enterprise"], keep="first", maintain_order=True)
    return once.group_by("reported", maintain_order=True).head(most)


def _called(register: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each name that a firm has or had (`called`), with its present one."""
    columns = [one for one in ("former_names", "earlier_names") if one in register.columns]
    rows = [
        (enterprise, name, district, called)
        for enterprise, name, district, *more in register.select("enterprise", "name", "district", *columns).iter_rows()
        for called in dict.fromkeys([name, *(one for text in more for one in listed(text))])
        if called
    ]
    kinds = {"enterprise": pl.String, "name": pl.String, "district": pl.String, "called": pl.String}
    return pl.DataFrame(rows, schema=kinds, orient="row").with_row_index("at")


def _score(asked: str, name: str) -> int:
    text = comparable(asked).replace("某", "*")
    if "*" in text:
        pattern = re.sub(r"(?:\\\*)+", ".+", re.escape(text))
        return 90 if re.fullmatch(pattern, comparable(name)) else round(fuzz.ratio(text.replace("*", ""), name) * 0.9)
    return round(fuzz.ratio(normal_name(asked), normal_name(name)))


def _sharing_pairs(asked: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return reported, asked name, enterprise, name, district, called for the names that share most pairs."""
    name_pairs = _pairs(names, "at", "called")
    if names.height > _SMALL_REGISTER:
        often = name_pairs.group_by("pair").len().filter(pl.col("len") > names.height * _COMMON_SHARE)
        name_pairs = name_pairs.join(often, on="pair", how="anti")
    shared = (
        _pairs(asked, "reported", "name")
        .join(name_pairs, on="pair")
        .group_by("reported", "at")
        .len()
        .join(names, on="at")
        .sort("reported", "len", "enterprise", "at", descending=[False, True, False, False])
        .group_by("reported", maintain_order=True)
        .head(_COMPARED)
    )
    return shared.join(asked.select("reported", pl.col("name").alias("asked")), on="reported").select(
        "reported", "asked", "enterprise", "name", "district", "called"
    )


def _pairs(frame: pl.DataFrame, subject: str, column: str) -> pl.DataFrame:
    names = [normal_name(name) for name in frame[column].to_list()]
    pairs = [sorted({name[at : at + 2] for at in range(max(len(name) - 1, 1))}) for name in names]
    listed = pl.DataFrame({subject: frame[subject], "pair": pl.Series(pairs, dtype=pl.List(pl.String))})
    return listed.explode("pair").filter(~pl.col("pair").str.contains(r"\*|有限|限公|公司"))
