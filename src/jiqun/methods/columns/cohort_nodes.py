"""Nodes that look at a cohort: weights from its figures (entropy, CRITIC), TOPSIS and grey relation.

As with treatments, the parts of a cohort leave the engine and are computed over fractions: meant for the hundreds or
thousands of units of a composite index.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl

from jiqun.methods.columns.weights import critic_weights, entropy_weights, grey, judged, topsis
from jiqun.methods.columns.work import ROW, Work, is_member
from jiqun.methods.compiling.plan import Plan
from jiqun.methods.exact.totals import node_value, settled
from jiqun.packs.models.method import Node
from jiqun.values import decimal_text, exact, from_scaled, half_up, plain, to_scaled

Row = Sequence[Fraction | None]


def judgement_texts(node: Node) -> dict[str, str]:
    """The weights of pairwise judgements as decimals; empty for a node without."""
    how = node.weighting
    if how is None or how.ahp is None:
        return {}
    weights = judged(how.ahp).weights
    return {name: decimal_text(half_up(weight, how.digits)) for name, weight in zip(node.of, weights, strict=True)}


def note_judgements(work: Work, name: str) -> None:
    """Keep the weights of pairwise judgements, λmax and the consistency ratio in the table of benchmarks."""
    node = work.plan.method.nodes[name]
    if node.weighting is None or node.weighting.ahp is None:
        return
    made = judged(node.weighting.ahp)
    figures = dict(zip(node.of, made.weights, strict=True)) | {
        "lambda_max": made.largest,
        "consistency_ratio": made.ratio,
    }
    for part, value in figures.items():
        _note(work, name, part, value, "ahp")


def add_cohort_node(work: Work, name: str, columns: Sequence[str]) -> None:
    """Add `node__X`; `columns` hold the scaled parts. Members without cohort, or in one without weights, have none."""
    node = work.plan.method.nodes[name]
    keys = [f"over__{index}" for index in range(len(node.over))]
    there = set(work.columns)
    chosen: dict[str, nw.Expr] = {
        f"part__{index}": nw.col(column) if column in there else nw.lit(None, nw.Int64)
        for index, column in enumerate(columns)
    }
    chosen |= {key: work.value(column) for key, column in zip(keys, node.over, strict=True)}
    members = work.frame.filter(is_member()).select(nw.col(ROW), inside=work.value("population"), **chosen)
    table = work.collect(members).drop_nulls(keys).sort(ROW)
    cohorts = table.partition_by(keys, maintain_order=True) if keys else [table]
    made = [_cohort(work, name, one, keys) for one in cohorts if one.height]
    if not made:
        work.add(**{f"node__{name}": nw.lit(None, nw.Int64)})
        return
    right = pl.concat(made).rename({"made": f"node__{name}"})
    work.attach(work.rows.join(right, left_on=ROW, right_on="made__row", how="left"), f"node__{name}")


def _cohort(work: Work, name: str, table: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    node = work.plan.method.nodes[name]
    rows = [
        [_part(work.plan, str(row["inside"]), child, row[f"part__{index}"]) for index, child in enumerate(node.of)]
        for row in table.iter_rows(named=True)
    ]
    weights = _weights(node, rows)
    if weights is not None and node.weighting is not None and node.weighting.from_cohort:
        cohort = "；".join(f"{column}={table[key][0]}" for column, key in zip(node.over, keys, strict=True))
        kind = "critic" if node.weighting.critic else "entropy"
        for child, weight in zip(node.of, weights, strict=True):
            _note(work, name, child, weight, kind, cohort, sum(None not in row for row in rows))
    values = [None] * len(rows) if weights is None else _values(node, rows, weights)
    scaled = [None if value is None else to_scaled(settled(node, value), node.digits) for value in values]
    return pl.DataFrame([table[ROW].alias("made__row"), pl.Series("made", scaled, pl.Int64)])


def _part(plan: Plan, population: str, child: str, cell: Any) -> Fraction | None:
    if cell is None:
        return None
    digits = plan.method.nodes[child].digits if child in plan.method.nodes else plan.score(population, child).digits
    return from_scaled(int(cell), digits)


def _weights(node: Node, rows: Sequence[Row]) -> list[Fraction] | None:
    """The weights of the parts: as written, judged, or from the members that have every part."""
    how = node.weighting
    if how is None or not how.from_cohort:
        given = judgement_texts(node) or node.weights or {}
        return [exact(given.get(child, "1")) for child in node.of]
    columns = _columns(rows)
    if not columns:
        return None
    # the figures of parts where less is better are turned round, as they are for the comparison itself
    turned = [
        [-value for value in one] if child in node.lower else one for child, one in zip(node.of, columns, strict=True)
    ]
    if how.entropy is None:
        made = critic_weights(turned)
    else:
        made = entropy_weights(columns if how.entropy.of == "share" else turned, how.entropy.of)
    return None if made is None else [half_up(weight, how.digits) for weight in made]


def _columns(rows: Sequence[Row]) -> list[list[Fraction]]:
    whole = [[value for value in row if value is not None] for row in rows if None not in row]
    return [list(column) for column in zip(*whole, strict=True)]


def _values(node: Node, rows: Sequence[Row], weights: Sequence[Fraction]) -> list[Fraction | None]:
    if not node.compares:
        return [node_value(node, row, weights) for row in rows]
    columns = _columns(rows)
    if not columns:
        return [None] * len(rows)
    lower = [child in node.lower for child in node.of]
    found = iter(
        topsis(columns, weights, lower) if node.take == "topsis" else grey(columns, weights, lower, exact(node.rho))
    )
    return [None if None in row else next(found) for row in rows]


def _note(
    work: Work, name: str, part: str, value: Fraction, source: str, cohort: str = "", members: int | None = None
) -> None:
    node = work.plan.method.nodes[name]
    assert node.weighting is not None
    digits = node.weighting.digits
    scaled = to_scaled(value, digits)
    work.benchmarks.append(
        {
            "benchmark": f"{name}.{part}",
            "cohort": cohort,
            "value": plain(scaled, digits),
            "scaled": scaled,
            "digits": digits,
            "members": members,
            "source": source,
            "clause": node.weighting.clause or node.clause or "",
        }
    )
