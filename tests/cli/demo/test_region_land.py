"""The land register is whole: nothing is used twice."""

from __future__ import annotations

import polars as pl
import pytest

from jiqun.cli.demo import Handover


@pytest.fixture(scope="module")
def occupancy(handover: Handover) -> pl.DataFrame:
    return pl.read_parquet(handover.truth / "occupancy.parquet")


def test_the_shares_of_a_parcel_add_up_to_one_on_any_day(occupancy: pl.DataFrame) -> None:
    open_now = occupancy.filter((pl.col("kind") == "own") & pl.col("to").is_null())
    shares = open_now.group_by("parcel").agg(pl.col("share").sum())["share"]
    assert ((shares - 1).abs() < 1e-9).all()
    assert (open_now.group_by("parcel").len()["len"] > 1).any()


def test_what_is_used_is_what_is_owned_because_leasing_only_moves_land(handover: Handover) -> None:
    use = pl.read_parquet(handover.truth / "land_use.parquet")
    for _, year in use.group_by("year"):
        assert year["leased_in"].sum() == pytest.approx(year["leased_out"].sum(), rel=1e-12)
        assert year["used"].sum() == pytest.approx(year["owned"].sum(), rel=1e-9)
    assert use["used"].min() >= -0.01


def test_land_used_in_2023_follows_from_parcels_and_occupancies_by_days(
    handover: Handover, occupancy: pl.DataFrame
) -> None:
    parcels = pl.read_parquet(handover.truth / "parcel.parquet").select("parcel", parcel_area="area")
    first, last = pl.date(2023, 1, 1), pl.date(2023, 12, 31)
    held = (
        occupancy.join(parcels, on="parcel")
        .with_columns(
            days=(
                pl.min_horizontal(pl.col("to").fill_null(last), last) - pl.max_horizontal(pl.col("from"), first)
            ).dt.total_days()
            + 1,
            size=pl.coalesce("area", pl.col("parcel_area") * pl.col("share")),
        )
        .filter(pl.col("days") > 0)
        .with_columns(held=pl.col("size") * pl.col("days") / 365)
    )
    gained = held.group_by("enterprise").agg(pl.col("held").sum())
    given = held.drop_nulls("landlord").group_by("landlord").agg(given=pl.col("held").sum())
    ours = gained.join(given, left_on="enterprise", right_on="landlord", how="left").with_columns(
        used=pl.col("held") - pl.col("given").fill_null(0)
    )
    truth = pl.read_parquet(handover.truth / "land_use.parquet").filter(pl.col("year") == 2023)
    both = truth.join(ours, on="enterprise", suffix="_ours")
    assert both.height == truth.height
    assert ((both["used"] - both["used_ours"]).abs() < 1e-6).all()


def test_about_a_fifth_of_firms_rent_and_some_sublet(handover: Handover, occupancy: pl.DataFrame) -> None:
    tenants = occupancy.filter(pl.col("kind") != "own")["enterprise"].n_unique()
    assert 0.13 < tenants / handover.firms < 0.28
    assert set(occupancy["kind"]) == {"own", "lease", "sublet"}


def test_parcels_are_measured_to_a_hundredth_of_a_square_metre(handover: Handover) -> None:
    area = pl.read_parquet(handover.truth / "parcel.parquet")["area"]
    hundredths = area * 2000 / 3 * 100
    assert ((hundredths - hundredths.round()).abs() < 1e-3).all()
