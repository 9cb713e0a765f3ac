"""The register as reports are matched to it: today's rows, with the names that a firm had in the register before."""

from __future__ import annotations

import polars as pl

from jiqun.ledger.resolve import REPORTED
from jiqun.ledger.view import View

REGISTER = "enterprise"


def register_of(view: View) -> pl.DataFrame:
    """Return the register, empty where there is none, with `earlier_names`: those that its own rows bore before.

    A new register brings a firm's new name and rarely tells the old one, while other departments write the old one on
    for years. The names of rows that were matched by a code count, and of imports that stand.
    """
    if REGISTER not in view.tables:
        return pl.DataFrame(schema={REGISTER: pl.String})
    register = view.table(REGISTER)
    if "name" not in register.columns:
        return register
    reported = view.reported(REGISTER).filter(pl.col(REPORTED).is_null())
    named = reported.select(REGISTER, "name").drop_nulls().unique(maintain_order=True)
    before = named.join(register.select(REGISTER, "name"), on=[REGISTER, "name"], how="anti")
    told = before.group_by(REGISTER, maintain_order=True).agg(pl.col("name").str.join(";").alias("earlier_names"))
    return register.join(told, on=REGISTER, how="left", maintain_order="left")
