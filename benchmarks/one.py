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


def jiqun_on(engine: str, rule: str = "huangyan-quota.yaml") -> Callable[[Path, Path], dict[str, object]]:
    """Return a contestant: Jiqun on an engine, the complete wide trace written."""

    def run(firms: Path, out: Path) -> dict[str, object]:
        import polars as pl

        from jiqun import methods

        method = methods.load(HERE / rule)
        result = method.evaluate({"enterprise_year": pl.scan_parquet(firms)}, period=2022, engine=engine)
        result.trace.write_parquet(out, compression="lz4")
        return {"referee": dict(result.manifest["referee"]), "columns": len(result.trace.columns)}

    return run


CONTESTANTS: dict[str, Callable[[Path, Path], object]] = {
    "polars": hand_polars,
    "pandas": hand_pandas,
    "openfisca": openfisca_scores,
    "jiqun": jiqun_on("polars"),
    "jiqun-duckdb": jiqun_on("duckdb"),
}


def main(name: str, firms: Path, out: Path) -> None:
    """Time the contestant from reading the file to the written result; imports are not counted."""
    import polars  # noqa: F401

    contestant = CONTESTANTS[name]
    if name.startswith("jiqun"):
        import jiqun.methods  # noqa: F401
    elif name == "pandas":
        import pandas  # noqa: F401
    elif name == "openfisca":
        import openfisca_core.simulations  # noqa: F401
    begun = time.perf_counter()
    said = contestant(firms, out)
    wall = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"wall": wall, "peak_gib": peak, "said": said}, default=str))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
