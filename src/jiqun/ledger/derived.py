"""Tables that nobody fills in, because the ledger works them out from others."""

from __future__ import annotations

from jiqun.packs import TableContract
from jiqun.problems import Place, Problem, problem


def worked_out(contract: TableContract, place: Place) -> Problem:
    """Return the problem of handing in a table that the ledger works out from others."""
    sources = "、".join(contract.derived_from)
    return problem("LEDGER-100", place, table=contract.title, table_en=contract.title_en, sources=sources)
