"""Synthetic firms for the benchmark: one Parquet file per size, the same bytes every time."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl


def write_firms(count: int, to: Path) -> Path:
    """Write `count` firms of one year, 70 % of them above scale, emission missing for 15 %."""
    draw = np.random.Generator(np.random.PCG64(20230926))
    land = np.round(draw.lognormal(3.0, 0.8, count), 2) + 0.5
    value_added = np.round(land * draw.lognormal(4.6, 0.7, count), 2)
    emission = np.round(value_added / draw.lognormal(8.3, 0.6, count), 6) + 0.000001
    above = draw.random(count) < 0.7
    frame = pl.DataFrame(
        {
            "enterprise": np.char.add("F", np.char.zfill(np.arange(count).astype("U9"), 9)),
            "year": np.full(count, 2022, dtype=np.int64),
            "scale": np.where(above, "above", "below"),
            "industry": (draw.integers(13, 44, count) * 100 + draw.integers(10, 99, count)).astype("U4"),
            "tax": np.round(land * draw.lognormal(2.8, 0.8, count), 2),
            "value_added": value_added,
            "energy": np.round(value_added / draw.lognormal(0.9, 0.5, count), 2) + 0.01,
            "emission": emission,
            "staff": draw.integers(5, 2000, count),
            "rd": np.round(value_added * draw.uniform(0, 0.2, count), 2),
            "revenue": np.round(value_added * draw.uniform(2, 6, count), 2),
            "power": np.round(value_added * draw.uniform(0.1, 1.0, count), 2) + 0.01,
            "land": land,
        }
    ).with_columns(
        pl.when(pl.Series(draw.random(count) < 0.15)).then(None).otherwise(pl.col("emission")).alias("emission")
    )
    frame.write_parquet(to, compression="lz4")
    return to


if __name__ == "__main__":
    write_firms(int(sys.argv[1]), Path(sys.argv[2]))
