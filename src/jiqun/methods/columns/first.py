"""What figures are made from, as columns of their own, so that an engine computes it once however often it is used."""

from __future__ import annotations

from dataclasses import dataclass, field

import narwhals as nw


@dataclass(frozen=True)
class First:
    """Columns in three steps, each made from those before it: parts, larger parts, floats or integers to be rounded."""

    prefix: str
    steps: tuple[dict[str, nw.Expr], ...] = field(default_factory=lambda: ({}, {}, {}))

    def keep(self, value: nw.Expr, step: int) -> nw.Expr:
        """Have a value computed in a step, and return its column."""
        name = f"{self.prefix}{step}__{len(self.steps[step])}"
        self.steps[step][name] = value
        return nw.col(name)
