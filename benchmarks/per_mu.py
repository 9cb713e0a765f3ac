"""The 黄岩 rule over 10⁴ … 5·10⁶ firms: Jiqun with its full trace against hand-written Polars and pandas and OpenFisca.

Every contestant runs in a process of its own, reads the same Parquet file and writes its result; the table shows the
median of the rounds and the ratio to hand-written Polars in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from population import write_firms
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
OUT = HERE.parent / "bench-out"
SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
NAMES = ("polars", "pandas", "openfisca", "jiqun", "jiqun-duckdb")


def measure(name: str, firms: Path, rounds: int) -> dict[str, float]:
    """Run a contestant `rounds` times and return medians."""
    runs = []
    for _ in range(rounds):
        done = subprocess.run(
            [sys.executable, str(HERE / "one.py"), name, str(firms), str(OUT / f"{name}.parquet")],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{name} failed:\n{done.stderr}")
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        "wall": statistics.median(run["wall"] for run in runs),
        "peak_gib": statistics.median(run["peak_gib"] for run in runs),
        "said": runs[-1]["said"],
    }


def main() -> None:
    """Measure all contestants at all sizes and print seconds, memory and ratios."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    wanted.add_argument("--names", nargs="+", default=NAMES, choices=NAMES)
    wanted.add_argument("--rounds", type=int, default=3)
    asked = wanted.parse_args()
    OUT.mkdir(exist_ok=True)
    console = Console()
    for size in asked.sizes:
        firms = write_firms(size, OUT / f"firms-{size}.parquet")
        results = {name: measure(name, firms, asked.rounds) for name in asked.names}
        console.print(table(size, results))
        for name, result in results.items():
            if isinstance(result["said"], dict):
                console.print(f"  {name}: {result['said']}")


def table(size: int, results: dict[str, dict[str, float]]) -> Table:
    """Lay the results of one size out, with ratios to hand-written Polars where it ran."""
    base = results.get("polars")
    laid = Table(title=f"{size:,} firms", title_justify="left")
    for head in ("contestant", "seconds", "× polars", "peak GiB", "× polars"):
        laid.add_column(head, justify="left" if head == "contestant" else "right")
    for name, one in results.items():
        ratio = [f"{one[key] / base[key]:.2f}" if base else "–" for key in ("wall", "peak_gib")]
        laid.add_row(name, f"{one['wall']:.3f}", ratio[0], f"{one['peak_gib']:.2f}", ratio[1])
    return laid


if __name__ == "__main__":
    main()
