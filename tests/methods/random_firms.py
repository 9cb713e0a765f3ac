"""Random firms and adjustment lists, with cells missing, at zero and on bounds."""

from __future__ import annotations

import polars as pl
from tests.methods.gathered_rows import adjustments as listed

AMOUNTS = (
    None,
    0.0,
    0.5,
    1.0,
    1.5,
    2.0,
    2.5,
    3.0,
    7.25,
    10.0,
    12.345,
    33.33,
    64.5,
    100.0,
    1472.36,
    8936.0,
    0.125,
    0.005,
)
SIGNED = (*AMOUNTS, -0.5, -2.5, -33.33)
NUMBERS = [
    "revenue",
    "main_revenue",
    "output",
    "value_added",
    "tax",
    "assets",
    "liabilities",
    "rd",
    "land",
    "power",
    "energy",
    "emission",
    "cod",
    "staff",
]


def population(random, year=2022, most=12):
    rows = []
    for index in range(random.randint(1, most)):
        row = {"enterprise": f"{random.choice('ABC')}{index}", "year": year}
        row |= {name: random.choice(AMOUNTS) for name in NUMBERS}
        row |= {
            "profit": random.choice(SIGNED),
            "scale": random.choice(("above", "above", "below", None)),
            "industry": random.choice(("3411", "3420", "44", "44", None)),
            "district": random.choice(("x", "x", "y", None)),
            "park": random.choice(("p", "q", None)),
            "parcel": random.choice(("1", "2", None)),
            "products": random.choice(("奖", "奖;体系", "体系、品牌", "其他", "", None)),
            "basis": random.choice(("first", "second", "none", None)),
            "exporter": random.choice((True, False, None)),
        }
        rows.append(row)
    for row in rows:
        row["landlord"] = random.choice((None, "nobody", random.choice(rows)["enterprise"]))
    return pl.DataFrame(
        rows,
        schema_overrides={
            **dict.fromkeys(NUMBERS, pl.Float64),
            "profit": pl.Float64,
            "exporter": pl.Boolean,
            **dict.fromkeys(
                ("scale", "industry", "district", "park", "parcel", "products", "basis", "landlord"), pl.String
            ),
        },
        infer_schema_length=None,
    )


def adjustments(random, firms):
    kinds = ("fix", "raise")
    rows = [
        {
            "enterprise": one,
            "year": 2022,
            "kind": kind,
            "grade": random.choice(("A", "D", None)),
            "steps": random.choice((None, 1, 2)),
            "reason": random.choice(("上市", None)),
            "document": random.choice(("文1", None)),
        }
        for one in firms["enterprise"]
        for kind in kinds
        if random.random() < 0.2
    ]
    return listed(*rows)
