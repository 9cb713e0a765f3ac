"""What firms answered or had computed for the green and digital boards: carbon figures, answers on digital level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from jiqun.cli.demo.chance import Chance
from jiqun.cli.demo.records import Cell, Record
from jiqun.cli.demo.region import Region
from jiqun.cli.demo.years import FirmYear

_WORK = ("product_design", "process_design", "marketing", "after_sales", "scheduling", "production", "quality")
_SUPPORT = ("equipment", "safety", "energy", "purchasing", "logistics", "finance", "people", "office", "decisions")
SCENES = tuple(f"scene_{one}" for one in (*_WORK, *_SUPPORT))
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "network": ("工控网络", "企业网络", "网络冗余", "远程接入"),
    "data_processes": ("采购", "计划", "生产", "质量", "设备", "仓储物流", "营销", "财务", "人力资源"),
    "network_security": ("边界防护", "入侵检测", "分区与访问控制", "远程访问控制"),
    "data_security": ("备份与灾备", "加密与脱敏", "分级与权限", "监测与审计"),
    "mechanisms": ("领导小组", "管理制度", "考核机制", "规划路线图"),
    "talent": ("专职团队", "常态培训", "激励晋升", "校企合作", "外部专家"),
}
_COVERAGE = ("无", "1个环节", "2个以上环节", "80%以上环节", "全部环节")
_TRENDS = ("上升", "持平", "下降")


def survey_tables(region: Region, seed: int, figures: Sequence[FirmYear]) -> Mapping[str, Sequence[Record]]:
    """Make both tables for the last year; firms that were not reached have no row."""
    last = max((one.year for one in figures), default=0)
    made = [one for one in figures if one.year == last and one.firm.manufacturing]
    return {
        "carbon_year": list(_carbon(region, seed, made)),
        "sme_digital": [
            _answers(Chance(seed, "digital", one.firm.number), one)
            for one in made
            if Chance(seed, "assessed", one.firm.number).happens(region.rate("assessed"))
        ],
    }


def _carbon(region: Region, seed: int, made: Sequence[FirmYear]) -> Iterator[Record]:
    """2.1 to 2.8 t of CO2 for each tce, a part of it deducted for green power; value added nearly as reported."""
    for one in made:
        chance = Chance(seed, "carbon", one.firm.number)
        energy, value_added = one.kept.get("energy"), one.kept.get("value_added")
        known = one.scale == "above" and chance.happens(region.rate("carbon_known"))
        if not known or energy is None or value_added is None:
            continue
        co2 = round(energy * (2.1 + 0.7 * chance.uniform()) / 10)  # energy is kept in 0.01 tce, CO2 in 0.1 t
        yield {
            "enterprise": one.firm.enterprise,
            "year": one.year,
            "co2": co2,
            "co2_zero_power": round(co2 * chance.whole(3, 18) / 100) if chance.happens(200) else 0,
            "co2_sink": 0,
            "income_value_added": round(value_added * (0.97 + 0.06 * chance.uniform())),
            "_name": one.name,
        }


def _answers(chance: Chance, one: FirmYear) -> Record:
    """Answers around one lasting level of the firm, 0 to 4; weak firms answer 无."""
    level = min(max(1.7 + 0.5 * one.firm.quality + 0.7 * chance.normal(), 0.0), 4.0)
    return {
        "enterprise": one.firm.enterprise,
        "year": one.year,
        **{name: _several(chance, options, level) for name, options in _CHOICES.items()},
        "device_digital_rate": _rate(chance, level),
        "device_network_rate": _rate(chance, level - 0.5),
        "systems": _COVERAGE[round(level)],
        "plan_stage": min(5, round(level + chance.uniform())),
        "spend_ratio": round(10 * level * (1 + 6 * chance.uniform())),
        "energy_trend": _trend(chance, level, "下降"),
        "quality_trend": _trend(chance, level, "上升"),
        "revenue_trend": _trend(chance, level, "上升"),
        "cost_trend": _trend(chance, level, "下降"),
        **{name: min(4, max(0, round(level + 0.6 * chance.normal()))) for name in SCENES},
        "_name": one.firm.name_on(date(one.year, 12, 31)),
    }


def _several(chance: Chance, options: Sequence[str], level: float) -> str:
    return ";".join(one for one in options if chance.happens(round(240 * level))) or "无"


def _rate(chance: Chance, level: float) -> int:
    """A share of devices in 0.1 %."""
    return min(1000, max(0, round(250 * level + 90 * chance.normal())))


def _trend(chance: Chance, level: float, good: str) -> Cell:
    return good if chance.happens(round(220 * level)) else chance.pick(_TRENDS)
