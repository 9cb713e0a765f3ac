"""Run one contestant once in this process and print wall seconds and peak memory as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from contestants import hand_pandas, hand_polars, openfisca_scores

HERE = Path(__file__).parent
Run = Callable[[Path, Path], object]


def jiqun_on(engine: str) -> Run:
    """Return Jiqun on an engine: the method compiled beforehand as a service holds it, the whole wide trace written."""
    import polars as pl

    from jiqun import methods

    plan = methods.load(HERE / "huangyan-quota.yaml").plan(2022)

    def run(firms: Path, out: Path) -> object:
        result = methods.evaluate(plan, {"enterprise_year": pl.scan_parquet(firms)}, engine=engine)
        result.trace.write_parquet(out, compression="lz4")
        looked = sum(one["looked_at"] for one in result.manifest["referee"].values())
        changed = sum(one["changed"] for one in result.manifest["referee"].values())
        return {"trace columns": len(result.trace.columns), "referee looked at": looked, "and changed": changed}

    return run


def made_ready(name: str) -> Run:
    """Import what a contestant needs, so that the clock sees only its work."""
    import polars  # noqa: F401

    if name.startswith("jiqun"):
        return jiqun_on("duckdb" if name.endswith("duckdb") else "polars")
    if name == "pandas":
        import pandas  # noqa: F401

        return hand_pandas
    if name == "openfisca":
        import openfisca_core.simulations  # noqa: F401

        return openfisca_scores
    return hand_polars


def main(name: str, firms: Path, out: Path) -> None:
    """Time a contestant from reading the file to the written result."""
    run = made_ready(name)
    begun = time.perf_counter()
    said = run(firms, out)
    wall = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"wall": wall, "peak_gib": peak, "said": said}, default=str))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
