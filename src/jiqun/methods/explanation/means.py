"""What a block or total was put together with: weights worked out from a cohort, and why there is no mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from jiqun.methods.explanation.reader import Reader
from jiqun.methods.wording.totals import item_label


def weight_words(reader: Reader, name: str) -> str:
    """The weights that were computed for a block of the subject's cohort; empty where they are written in the rule."""
    node = reader.plan.method.nodes[name]
    if reader.benchmarks is None or reader.benchmarks.is_empty() or node.weighting is None or reader.others:
        return ""  # of a small cohort the weights would tell another firm's figures
    cohort = "；".join(f"{column}={reader.value(column)}" for column in node.over)
    rows = reader.benchmarks.filter(
        pl.col("benchmark").is_in([f"{name}.{child}" for child in node.of]) & pl.col("cohort").is_in(["", cohort])
    )
    found = dict(rows.select("benchmark", "value").iter_rows())
    said = [
        reader.voice.say("node.weighted", name=item_label(reader.voice, child), weight=found[f"{name}.{child}"])
        for child in node.of
        if f"{name}.{child}" in found
    ]
    return reader.voice.say("why.weights", weights=reader.voice.listed(said)) if said else ""


def why_no_mean(reader: Reader) -> Iterator[str]:
    """Say of blocks and of the total that a geometric or harmonic mean does not exist for, which part is in the way."""
    voice = reader.voice
    for name, node in reader.plan.method.nodes.items():
        if reader.row.get(f"node__{name}") is None:
            yield from _in_the_way(reader, voice.label(name), node.take, node.of)
    total = reader.plan.total(reader.population)
    if total is not None and reader.row["total"] is None:
        parts = total.of or tuple(reader.plan.scores(reader.population))
        yield from _in_the_way(reader, voice.label("total"), total.take, parts)


def _in_the_way(reader: Reader, title: str, take: str, parts: Sequence[str]) -> Iterator[str]:
    nodes = reader.plan.method.nodes
    found = {one: reader.row.get(f"{'node' if one in nodes else 'points'}__{one}") for one in parts}
    values = {one: int(value) for one, value in found.items() if value is not None}
    if len(values) < len(found) or take not in ("geometric", "harmonic"):
        return
    names = [one for one, value in values.items() if value == 0 or (take == "geometric" and value < 0)]
    if names:
        named = reader.voice.listed(item_label(reader.voice, one) for one in names)
        yield reader.voice.say(f"why.no_mean.{take}", title=title, names=named)
