"""Rules that grow: more indicators, more cohorts; to see whether the work grows with them and no faster."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from population import write_firms

MONEY = ("tax", "value_added", "rd", "revenue")
UNDER = {"land": "亩", "staff": "人", "power": "万kWh", "energy": "tce", "emission": "当量吨"}


def write_rule(indicators: int, to: Path, cohorts: bool) -> Path:
    """Write a rule of so many ratios against a number, or against the mean of the firm's district."""
    pairs = [(over, under, unit, digits) for digits in (6, 4) for under, unit in UNDER.items() for over in MONEY]
    names = [f"m{place}" for place in range(indicators)]
    measures, benchmarks, scores = {}, {}, {}
    for name, (over, under, unit, digits) in zip(names, pairs, strict=False):
        measures[name] = {
            "title": name, "formula": f"{over} / {under}", "unit": f"万元/{unit}", "digits": digits, "clause": "一",
        }  # fmt: skip
        mean = {"statistic": {"measure": name, "take": "mean", "over": ["district"]}, "digits": 6}
        benchmarks[name] = mean if cohorts else {"value": "7.13", "digits": 2}
        scores[name] = {"weight": "10", "digits": 4, "cap_times": "2", "ratio": {"to": name}, "clause": "一"}
    shares = {"A": "0.20", "B": "0.40", "C": "0.35", "D": "0.05"}
    rule = {
        "kind": "method", "id": "bench.growing", "title": "基准测试用：指标数与分组数", "title_en": "For the benchmark",
        "status": "trial", "completeness": "illustrative", "document": "huangyan-2018-12",
        "in_force": {"from": "2021-01-01", "to": "2022-12-31"},
        "inputs": {"land": {"column": "land", "unit": "亩", "title": "用地面积", "title_en": "Land"}},
        "populations": {"all_firms": {"title": "全部", "title_en": "All", "where": "land > 0", "clause": "一"}},
        "measures": measures, "benchmarks": benchmarks, "scores": {"all": scores},
        "totals": {"all": {"digits": 2, "clause": "一"}},
        "grades": {"all": {"classes": list(shares), "quota": {"shares": shares, "pools": ["population"]}}},
    }  # fmt: skip
    to.write_text(json.dumps(rule, ensure_ascii=False, indent=1), "utf-8")  # JSON is YAML
    return to


def write_districts(firms: int, districts: int, to: Path) -> Path:
    """Write the firms of the benchmark, spread over so many districts."""
    plain = pl.read_parquet(write_firms(firms, to))
    place = pl.int_range(0, pl.len()) * 7919 % districts
    plain.with_columns(district=pl.format("{}", place + 100_000)).write_parquet(to, compression="lz4")
    return to
