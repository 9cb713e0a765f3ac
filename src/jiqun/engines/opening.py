"""Opening an engine by the name that a workspace's settings give it."""

from __future__ import annotations

from jiqun.engines.engine import Engine
from jiqun.engines.polars_engine import PolarsEngine
from jiqun.problems import Place, ProblemsError, problem

ENGINES = ("polars", "duckdb")


def open_engine(name: str, threads: int | None = None, memory_limit: str | None = None) -> Engine:
    """Open an engine; use it in a `with` block. `threads` and `memory_limit` are for DuckDB and ignored by Polars.

    Polars takes its threads from the environment variable POLARS_MAX_THREADS, once for the process.
    Errors: ENGINE-001 for a name that is no engine.
    """
    if name == "polars":
        return PolarsEngine()
    if name == "duckdb":
        from jiqun.engines.duckdb_engine import DuckDBEngine  # a tenth of a second that most commands never need

        return DuckDBEngine(threads, memory_limit)
    raise ProblemsError([problem("ENGINE-001", Place(item="engine"), name=name, known=", ".join(ENGINES))])
