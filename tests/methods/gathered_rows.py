"""Gathered tables from a few written cells, for tests of the exact reading."""

from __future__ import annotations

import polars as pl

NUMBERS = [
    "revenue",
    "main_revenue",
    "output",
    "value_added",
    "tax",
    "profit",
    "assets",
    "liabilities",
    "rd",
    "staff",
    "land",
    "power",
    "energy",
    "water",
    "emission",
    "cod",
]
TEXTS = ["enterprise", "name", "scale", "industry", "district", "park", "landlord", "parcel", "products", "basis"]
SCHEMA = (
    dict.fromkeys(TEXTS, pl.String)
    | dict.fromkeys(NUMBERS, pl.Float64)
    | {"year": pl.Int64, "exporter": pl.Boolean, "production_started_on": pl.Date}
)
ALL = "populations: {all_firms: {title: 全部, where: year == 2022}}\n"


def table(*rows, year=2022):
    """A gathered table: one row per firm, named a, b, c … unless it says otherwise."""
    full = [{"enterprise": chr(97 + index), "year": year, **row} for index, row in enumerate(rows)]
    return pl.DataFrame(full, schema_overrides=SCHEMA, infer_schema_length=None).with_columns(
        [pl.lit(None, dtype=kind).alias(name) for name, kind in SCHEMA.items() if all(name not in row for row in full)]
    )


def adjustments(*rows):
    form = {
        "enterprise": pl.String,
        "year": pl.Int64,
        "kind": pl.String,
        "grade": pl.String,
        "steps": pl.Int64,
        "reason": pl.String,
        "document": pl.String,
    }
    return pl.DataFrame([{"year": 2022, **row} for row in rows], schema=form)


def column(results, name):
    return [one.row[name] for one in results.values()]
