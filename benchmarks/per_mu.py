"""The 黄岩 rule over 10⁴ … 5·10⁶ firms: Jiqun with its full trace against hand-written Polars, pandas and OpenFisca.

Every contestant runs in a process of its own, reads the same Parquet file and writes its result; the tables show the
median of the rounds and ratios in the same run. Then how Jiqun grows with indicators and with cohorts, and what one
firm costs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from growing import write_districts, write_rule
from population import write_firms
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
OUT = HERE.parent / "bench-out"
SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
NAMES = ("polars", "polars-trace", "pandas", "openfisca", "jiqun", "jiqun-duckdb")
INDICATORS = (5, 10, 20, 40)
COHORTS = (10, 1_000, 10_000)
QUICK = {"sizes": (10_000, 100_000), "rounds": 1, "growth": 20_000}
Measured = dict[str, Any]


def measure(name: str, firms: Path, rounds: int, rule: Path | None = None) -> Measured:
    """Run a contestant `rounds` times and return medians."""
    runs = []
    for _ in range(rounds):
        told = [name, firms, OUT / f"{name}.parquet", *([rule] if rule is not None else [])]
        done = subprocess.run(
            [sys.executable, str(HERE / "one.py"), *map(str, told)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{name} failed:\n{done.stderr}")
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        "wall": statistics.median(run["wall"] for run in runs),
        "cpu": statistics.median(run["cpu"] for run in runs),
        "peak_gib": statistics.median(run["peak_gib"] for run in runs),
        "said": runs[-1]["said"],
    }


def main() -> None:
    """Measure everything and print seconds, memory and ratios."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--quick", action="store_true", help="small sizes, one round: does it run, and roughly how")
    wanted.add_argument("--sizes", type=int, nargs="+")
    wanted.add_argument("--names", nargs="+", default=NAMES, choices=NAMES)
    wanted.add_argument("--rounds", type=int)
    wanted.add_argument("--growth", type=int, help="firms of the tables of growth; 0 leaves them out")
    asked = wanted.parse_args()
    usual: Measured = QUICK if asked.quick else {"sizes": SIZES, "rounds": 3, "growth": 200_000}
    rounds = asked.rounds or usual["rounds"]
    growth = usual["growth"] if asked.growth is None else asked.growth
    OUT.mkdir(exist_ok=True)
    console = Console()
    for size in asked.sizes or usual["sizes"]:
        firms = write_firms(size, OUT / f"firms-{size}.parquet")
        results = {name: measure(name, firms, rounds) for name in asked.names}
        console.print(table(f"{size:,} firms", "contestant", results, "polars"))
        for name, result in results.items():
            if isinstance(result["said"], dict):
                console.print(f"  {name}: {result['said']}")
    if growth:
        console.print(table(f"{growth:,} firms by indicators", "indicators", by_indicators(growth, rounds)))
        console.print(table(f"{growth:,} firms by cohorts, 5 indicators", "cohorts", by_cohorts(growth, rounds)))
        console.print(one_firm())


def by_indicators(firms: int, rounds: int) -> dict[str, Measured]:
    """Jiqun on Polars with more and more indicators against numbers."""
    file = write_firms(firms, OUT / "growing.parquet")
    rules = {count: write_rule(count, OUT / f"indicators-{count}.yaml", cohorts=False) for count in INDICATORS}
    return {str(count): measure("jiqun", file, rounds, rule) for count, rule in rules.items()}


def by_cohorts(firms: int, rounds: int) -> dict[str, Measured]:
    """Jiqun on Polars with means of more and more cohorts."""
    rule = write_rule(5, OUT / "cohorts.yaml", cohorts=True)
    files = {count: write_districts(firms, count, OUT / f"districts-{count}.parquet") for count in COHORTS}
    return {str(count): measure("jiqun", file, rounds, rule) for count, file in files.items()}


def one_firm() -> Table:
    """What one firm costs on each engine, once everything is loaded."""
    import polars as pl

    from jiqun import methods

    plan = methods.load(HERE / "huangyan-quota.yaml").plan(2022)
    firm = pl.read_parquet(write_firms(10, OUT / "firms-10.parquet")).head(1)
    laid = Table(title="one firm", title_justify="left")
    for head in ("engine", "milliseconds"):
        laid.add_column(head)
    for engine in ("polars", "duckdb"):
        spent = []
        for _ in range(6):
            begun = time.perf_counter()
            methods.evaluate(plan, {"enterprise_year": firm}, engine=engine)
            spent.append(time.perf_counter() - begun)
        laid.add_row(engine, f"{statistics.median(spent[1:]) * 1000:.0f}")
    return laid


def table(title: str, what: str, results: dict[str, Measured], base: str | None = None) -> Table:
    """Lay results out, with ratios to one of them: the first where none is named."""
    names: Sequence[str] = list(results)
    base = names[0] if base is None else base
    against = results.get(base)
    laid = Table(title=title, title_justify="left")
    for head in (what, "seconds", f"× {base}", "processor s", f"× {base}", "peak GiB", f"× {base}"):
        laid.add_column(head, justify="left" if head == what else "right")
    for name, one in results.items():
        cells = []
        for key, digits in (("wall", 3), ("cpu", 3), ("peak_gib", 2)):
            cells += [f"{one[key]:.{digits}f}", f"{one[key] / against[key]:.2f}" if against else "–"]
        laid.add_row(name, *cells)
    return laid


if __name__ == "__main__":
    main()
