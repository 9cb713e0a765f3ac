"""Run one contestant once in this process and print wall seconds, processor seconds and peak memory as JSON."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from contestants import hand_pandas, hand_polars, hand_polars_trace, openfisca_scores

HERE = Path(__file__).parent
Run = Callable[[Path, Path], object]


def jiqun_on(engine: str, rule: Path) -> Run:
    """Return Jiqun on an engine: compiled before, as a service holds it; the whole wide trace is stored as a run is."""
    import polars as pl

    from jiqun import methods
    from jiqun.methods.columns import referee
    from jiqun.methods.runs.frames import ARROW

    plan = methods.load(rule).plan(2022)
    gc.freeze()  # as every command and the server do once the law is read
    deciding, decide = [0.0], referee._correct

    def timed(*asked: object) -> None:
        begun = time.perf_counter()
        decide(*asked)  # type: ignore[arg-type]
        deciding[0] += time.perf_counter() - begun

    referee._correct = timed  # type: ignore[assignment]

    def run(firms: Path, out: Path) -> object:
        begun = time.perf_counter()
        result = methods.evaluate(plan, {"enterprise_year": pl.scan_parquet(firms)}, engine=engine)
        evaluated = time.perf_counter()
        ARROW.written(result.trace, out)
        written = time.perf_counter()
        looked = sum(one["looked_at"] for one in result.manifest["referee"].values())
        changed = sum(one["changed"] for one in result.manifest["referee"].values())
        return {
            "evaluating": round(evaluated - begun, 3),
            "of which the referee": round(deciding[0], 3),
            "writing the trace": round(written - evaluated, 3),
            "trace columns": len(result.trace.columns),
            "referee looked at": looked,
            "and changed": changed,
        }

    return run


def made_ready(name: str, rule: Path) -> Run:
    """Import what a contestant needs, so that the clock sees only its work."""
    import polars  # noqa: F401

    if name.startswith("jiqun"):
        return jiqun_on("duckdb" if name.endswith("duckdb") else "polars", rule)
    if name == "pandas":
        import pandas  # noqa: F401

        return hand_pandas
    if name == "openfisca":
        import openfisca_core.simulations  # noqa: F401

        return openfisca_scores
    return hand_polars_trace if name == "polars-trace" else hand_polars


def main(name: str, firms: Path, out: Path, rule: Path) -> None:
    """Time a contestant from reading the file to the written result."""
    run = made_ready(name, rule)
    begun, spent = time.perf_counter(), time.process_time()
    said = run(firms, out)
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"wall": wall, "cpu": cpu, "peak_gib": peak, "said": said}, default=str))


if __name__ == "__main__":
    given = [Path(one) for one in sys.argv[2:]]
    main(sys.argv[1], given[0], given[1], given[2] if len(given) > 2 else HERE / "huangyan-quota.yaml")
