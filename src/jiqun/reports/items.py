"""Every indicator of every firm in one row: its value, its points, and why they are what they are.

The words are those of the firm's explanation: from its own data, at the cap, unknown because something is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jiqun.methods.explanation.items import OWN
from jiqun.reports.indicators import Indicator
from jiqun.reports.layout import Field, Value
from jiqun.reports.run import Evaluated


@dataclass(frozen=True)
class ItemColumns:
    """The columns of an indicator: its measures, points and words, and what every firm scored by it has in them."""

    item: str
    title: str
    fields: tuple[Field, ...]
    rows: Mapping[str, tuple[Value, ...]]

    def of(self, subject: str) -> tuple[Value, ...]:
        """Return the cells of a firm; empty ones where it is not scored by the indicator."""
        return self.rows.get(subject, (None,) * len(self.fields))


def item_columns(run: Evaluated) -> Iterator[ItemColumns]:
    """Return the columns of every indicator of a rule, in its order."""
    for item in run.plan.items():
        indicator, title = Indicator(run, item), run.voice.score_title(item)
        several = len(indicator.measures) > 1
        values = [indicator.measure_field(name) for name in indicator.measures]
        named = [
            replace(one, title=f"{title} {one.title}" if several else f"{title} {run.say('value')}") for one in values
        ]
        points = replace(indicator.points_field(), title=f"{title} {run.say('points')}")
        words = Field(f"{title} {run.say('reason')}", widest=44)
        rows = {str(row[run.plan.subject]): indicator.brief(row) for row in indicator.joined().iter_rows(named=True)}
        yield ItemColumns(item, title, (*named, points, words), rows)


def unusual(run: Evaluated) -> dict[str, str]:
    """Say of every firm the indicators that are not simply scored by its own data: `亩均税收：超过上限，按上限计`."""
    plain = run.voice.say(f"reason.{OWN[0]}")
    said: dict[str, list[str]] = {}
    for one in item_columns(run):
        for subject, cells in one.rows.items():
            if cells[-1] and cells[-1] != plain:
                said.setdefault(subject, []).append(f"{one.title}{run.say('colon')}{cells[-1]}")
    return {subject: run.say("between").join(parts) for subject, parts in said.items()}
