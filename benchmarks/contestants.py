"""The same rule by hand: 黄岩 2022 with quota grades 20/40/35/5 in Polars and pandas, its scores in OpenFisca."""

from __future__ import annotations

from pathlib import Path

ABOVE = {
    "tax_per_mu": ("tax", "land", 24.097, 30),
    "value_added_per_mu": ("value_added", "land", 136.16, 20),
    "value_added_per_energy": ("value_added", "energy", 2.694, 20),
    "value_added_per_emission": ("value_added", "emission", 4929.81, 10),
    "labour_productivity": ("value_added", "staff", 18.14, 10),
    "rd_share": ("rd", "revenue", 0.0302, 10),
}
BELOW = {"tax_per_mu": ("tax", "land", 11.5932, 50), "tax_per_power": ("tax", "power", 0.2352, 50)}
CUTS = ((0.2, "A"), (0.6, "B"), (0.95, "C"), (1.0, "D"))


def hand_polars(firms: Path, out: Path) -> None:
    """What an analyst would write: float scores, total, rank, grade; no trace, no exactness at the line."""
    _hand_polars(firms, out, trace=False)


def hand_polars_trace(firms: Path, out: Path) -> None:
    """The same, with every figure and every point in what is written; still no exactness, no reasons, no digest."""
    _hand_polars(firms, out, trace=True)


def _hand_polars(firms: Path, out: Path, trace: bool) -> None:
    import polars as pl

    def points(table: dict[str, tuple[str, str, float, int]], prefix: str) -> list[pl.Expr]:
        return [
            (pl.col(over) / pl.col(under) / base * weight).round(6).alias(f"{prefix}{name}")
            for name, (over, under, base, weight) in table.items()
        ]

    is_above = pl.col("scale") == "above"
    figures = [
        (pl.col(over) / pl.col(under)).round(6).alias(f"figure_{name}")
        for name, (over, under, _, _) in {**ABOVE, **BELOW}.items()
        if trace
    ]
    frame = (
        pl.scan_parquet(firms)
        .with_columns(*figures)
        .with_columns(*points(ABOVE, "a_"), *points(BELOW, "b_"))
        .with_columns(
            pl.col("a_value_added_per_emission").fill_null(
                pl.col("a_value_added_per_emission").filter(is_above).mean().round(6)
            )
        )
        .with_columns(
            pl.when(is_above)
            .then(pl.sum_horizontal(*(f"a_{name}" for name in ABOVE)))
            .otherwise(pl.sum_horizontal(*(f"b_{name}" for name in BELOW)))
            .round(4)
            .alias("total")
        )
        .with_columns(
            pl.col("total").rank("min", descending=True).over("scale").alias("rank"),
            pl.len().over("scale").alias("pool"),
        )
    )
    grade = pl.lit("D")
    for share, name in reversed(CUTS[:-1]):
        grade = pl.when(pl.col("rank") <= (pl.col("pool") * share).round()).then(pl.lit(name)).otherwise(grade)
    steps = [*(f"figure_{name}" for name in {**ABOVE, **BELOW}), *(f"a_{name}" for name in ABOVE)] if trace else []
    steps += [f"b_{name}" for name in BELOW] if trace else []
    result = frame.select("enterprise", *steps, "total", "rank", grade.alias("grade")).collect()
    result.write_parquet(out, compression="lz4")


def hand_pandas(firms: Path, out: Path) -> None:
    """The same in pandas."""
    import numpy as np
    import pandas as pd

    frame = pd.read_parquet(firms)
    above = frame["scale"] == "above"
    points = {name: (frame[n] / frame[d] / base * weight).round(6) for name, (n, d, base, weight) in ABOVE.items()}
    emission = points["value_added_per_emission"]
    points["value_added_per_emission"] = emission.fillna(round(emission[above].mean(), 6))
    total_above = sum(points.values())
    total_below = sum((frame[n] / frame[d] / base * weight).round(6) for n, d, base, weight in BELOW.values())
    frame["total"] = np.where(above, total_above, total_below).round(4)
    frame["rank"] = frame.groupby("scale")["total"].rank("min", ascending=False)
    pool = frame.groupby("scale")["total"].transform("size")
    conditions = [frame["rank"] <= (pool * share).round() for share, _ in CUTS]
    frame["grade"] = np.select(conditions, [name for _, name in CUTS], "D")
    frame[["enterprise", "total", "rank", "grade"]].to_parquet(out, compression="lz4")


def openfisca_scores(firms: Path, out: Path) -> None:
    """The scoring part only, in openfisca-core: float32 arrays, no missing values, no cohorts, no grading."""
    import numpy as np
    import polars as pl
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    entity = build_entity(key="firm", plural="firms", label="firm", is_person=True)
    system = TaxBenefitSystem([entity])
    inputs = ("tax", "value_added", "energy", "emission", "staff", "rd", "revenue", "power", "land")

    def variable(name: str, formula=None):  # noqa: ANN001, ANN202
        body = {"value_type": float, "entity": entity, "definition_period": DateUnit.YEAR}
        if formula:
            body["formula"] = formula
        system.add_variable(type(name, (Variable,), body))

    def ratio(over: str, under: str, base: float, weight: int):  # noqa: ANN202
        return lambda firm, period: firm(over, period) / firm(under, period) / base * weight

    for name in inputs:
        variable(name)
    for prefix, table in (("a_", ABOVE), ("b_", BELOW)):
        for name, terms in table.items():
            variable(prefix + name, ratio(*terms))

    def total(firm, period):  # noqa: ANN001, ANN202
        return sum(firm("a_" + name, period) for name in ABOVE)

    def total_below(firm, period):  # noqa: ANN001, ANN202
        return sum(firm("b_" + name, period) for name in BELOW)

    variable("total_above", total)
    variable("total_below", total_below)
    frame = pl.read_parquet(firms)
    simulation = SimulationBuilder().build_default_simulation(system, count=frame.height)
    for name in inputs:
        simulation.set_input(name, "2022", frame[name].fill_null(1).to_numpy().astype(np.float32))
    above, below = simulation.calculate("total_above", "2022"), simulation.calculate("total_below", "2022")
    result = np.where(frame["scale"].to_numpy() == "above", above, below)
    pl.DataFrame({"enterprise": frame["enterprise"], "total": result}).write_parquet(out, compression="lz4")
