"""The invented firms add up to the published totals, and behave like firms."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from jiqun.cli.demo import Handover, generate, lines


@pytest.fixture(scope="module")
def firm_years(handover: Handover) -> pl.DataFrame:
    years = pl.read_parquet(handover.truth / "enterprise_year.parquet")
    land = pl.read_parquet(handover.truth / "land_use.parquet")
    return years.join(land, on=["enterprise", "year"], how="left")


@pytest.fixture(scope="module")
def above_2023(firm_years: pl.DataFrame) -> pl.DataFrame:
    """规上 manufacturing of 2023: divisions 13 to 43."""
    manufacturing = pl.col("industry").str.slice(0, 2).is_between(pl.lit("13"), pl.lit("43"))
    return firm_years.filter((pl.col("year") == 2023) & (pl.col("scale") == "above") & manufacturing)


@pytest.mark.parametrize(
    ("over", "under", "published"),
    [
        ("tax", "used", 18.98),
        ("value_added", "used", 166.87),
        ("output", "used", 734.17),
        ("rd", "revenue", 0.02 - 4 * 0.0007),
        ("value_added", "energy", 2.24 / 1.03**4),
        ("value_added", "emission", 365 / 1.08**4),
    ],
)
def test_the_true_tables_add_up_to_the_citys_figures_of_2023_within_one_percent(
    above_2023: pl.DataFrame, over: str, under: str, published: float
) -> None:
    known = above_2023.drop_nulls([over, under])
    assert known[over].sum() / known[under].sum() == pytest.approx(published, rel=0.01)


def test_the_mean_firm_uses_as_much_land_as_the_170_firms_of_wanzhou(above_2023: pl.DataFrame) -> None:
    assert above_2023["used"].mean() == pytest.approx(8024.06 / 170, rel=0.01)


def test_what_is_printed_as_closeness_is_what_the_true_tables_hold(
    handover: Handover, above_2023: pl.DataFrame
) -> None:
    tax = next(one for one in handover.closeness if one.measure == "tax_per_mu" and one.year == 2023)
    assert float(tax.reached) == pytest.approx(above_2023["tax"].sum() / above_2023["used"].sum(), rel=1e-9)
    assert tax.basis == "published"
    assert float(tax.published) == 18.98


def test_every_year_comes_within_one_percent_of_its_path(handover: Handover) -> None:
    assert {one.year for one in handover.closeness} == {2022, 2023, 2024}
    assert max(abs(one.off) for one in handover.closeness) < 0.01


def test_the_lines_name_measure_published_reached_and_source(handover: Handover) -> None:
    chinese, english = "\n".join(lines(handover)), "\n".join(lines(handover, "en"))
    assert "2023 年亩均税收：公布 18.98 万元/亩，生成 18.98 万元/亩，相差 +0.000%" in chinese
    assert "华龙网 2024-07-23" in chinese
    assert "2023 value added per mu: published 166.87 × 10k CNY/mu, reached 166.87 × 10k CNY/mu" in english
    assert "2022" not in chinese.splitlines()[1]


def test_a_firm_above_scale_earns_at_least_20_million_yuan(firm_years: pl.DataFrame) -> None:
    assert firm_years.filter(pl.col("scale") == "above")["main_revenue"].min() >= 2000
    assert firm_years.filter(pl.col("scale") == "below")["revenue"].max() < 2000


def test_good_firms_stay_good(firm_years: pl.DataFrame) -> None:
    per_mu = firm_years.with_columns(per_mu=pl.col("value_added") / pl.col("used"))
    wide = per_mu.drop_nulls("per_mu").pivot("year", index="enterprise", values="per_mu").drop_nulls()
    ranks = wide.select(pl.corr("2022", "2024", method="spearman")).item()
    assert 0.8 < ranks < 1


def test_firms_differ_as_much_as_firms_do(above_2023: pl.DataFrame) -> None:
    per_mu = above_2023["tax"] / above_2023["used"]
    assert per_mu.quantile(0.9) > 6 * per_mu.quantile(0.1)
    assert above_2023.select(pl.corr("output", "staff", method="spearman")).item() > 0.5


def test_about_fifteen_percent_of_large_firms_have_no_emission_data(above_2023: pl.DataFrame) -> None:
    assert 0.08 < above_2023["emission"].null_count() / above_2023.height < 0.22


def test_the_lives_of_firms_hold_every_turn_a_register_knows(handover: Handover) -> None:
    firms = pl.read_parquet(handover.truth / "enterprise.parquet")
    assert set(firms["status"]) == {"正常", "停产", "注销", "吸收合并注销"}
    assert firms["former_names"].drop_nulls().len() > 0
    started = pl.read_parquet(handover.truth / "enterprise_year.parquet")["production_started_on"]
    assert (started.dt.year() >= 2022).any()
    moved = pl.read_parquet(handover.truth / "enterprise_year.parquet").group_by("enterprise")
    assert (moved.agg(pl.col("district").n_unique())["district"] > 1).any()


def test_three_in_four_firms_are_above_scale_and_some_are_no_manufacturers(handover: Handover) -> None:
    years = pl.read_parquet(handover.truth / "enterprise_year.parquet").filter(pl.col("year") == 2023)
    assert 0.66 < (years["scale"] == "above").mean() < 0.8
    firms = pl.read_parquet(handover.truth / "enterprise.parquet")
    assert firms.filter(pl.col("industry").str.starts_with("4") & (pl.col("industry") >= "4400")).height >= 1


def test_other_years_can_be_asked_for_but_only_in_a_row(tmp_path: Path) -> None:
    two = generate(tmp_path, seed=1, firms=60, years=(2024, 2025))
    assert {one.period for one in two.files} == {"", "2024", "2025"}
    with pytest.raises(ValueError, match="follow each other"):
        generate(tmp_path, seed=1, firms=60, years=(2022, 2024))
    with pytest.raises(ValueError, match="at least 50 firms"):
        generate(tmp_path, seed=1, firms=10)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ones(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        generate(tmp_path / name, seed=seed, firms=60)
    bytes_of = {
        name: {str(one.relative_to(tmp_path / name)): one.read_bytes() for one in (tmp_path / name).rglob("*.*")}
        for name in "abc"
    }
    assert bytes_of["a"] == bytes_of["b"]
    assert len(bytes_of["a"]) > 25
    filled = [name for name in bytes_of["a"] if "年度" in name or "登记" in name]
    assert all(bytes_of["a"][name] != bytes_of["c"][name] for name in filled)
