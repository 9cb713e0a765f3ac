"""What the economic commission knows of firms on the ladder: profiles, applications, rights, platform scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from jiqun.cli.demo.chance import Chance
from jiqun.cli.demo.firms import Firm
from jiqun.cli.demo.records import Cell, Record
from jiqun.cli.demo.years import FirmYear

_LADDER = ("创新型中小企业", "专精特新中小企业", "专精特新“小巨人”企业", "高新技术企业")
_NEXT = {
    "创新型中小企业": "specialised",
    "专精特新中小企业": "little_giant",
    "专精特新“小巨人”企业": "little_giant",
    "高新技术企业": "specialised",
}
_SPRING = (date(2026, 4, 8), date(2026, 5, 20))  # when new applications ran beside re-verifications of batch 5
_PRODUCTS = ("精密减速器", "高压连接器", "轻量化压铸件", "智能控制阀", "特种涂层材料", "伺服电机", "检测传感器")


def cultivation_tables(
    seed: int, firms: Sequence[Firm], figures: Sequence[FirmYear], titles: Sequence[Record]
) -> Mapping[str, Sequence[Record]]:
    """Make the four tables for title holders and for good firms without a title, in the last year."""
    last = max((one.year for one in figures), default=0)
    held: dict[str, str] = {}
    for row in titles:
        if row["title"] in _LADDER and row["action"] in ("recognised", "reviewed"):
            held[str(row["enterprise"])] = str(row["title"])
    own = {one.firm.enterprise: one for one in figures if one.year == last and one.firm.manufacturing}
    strong = {one for one in own if _spends(own[one])}
    chosen = [one for one in firms if one.enterprise in own and (one.enterprise in held or _promising(one))]
    applying = {one.enterprise for one in chosen if Chance(seed, "applies", one.number).happens(450)}
    return {
        "sme_profile": [
            _profile(Chance(seed, "profile", one.number), own[one.enterprise], one.enterprise in strong)
            for one in chosen
        ],
        "sme_application": [
            row
            for one in chosen
            if one.enterprise in applying
            for row in _applications(Chance(seed, "case", one.number), one, last, held.get(one.enterprise))
        ],
        "ip_right": [
            row
            for one in chosen
            for row in _rights(Chance(seed, "rights", one.number), one, last, one.enterprise in strong)
        ],
        "certified_score": [
            _score(Chance(seed, "score", one.number), one, last, one.enterprise in strong)
            for one in chosen
            if one.enterprise in applying
        ],
    }


def _promising(firm: Firm) -> bool:
    return bool(firm.above) and firm.quality > 1.1


def _spends(figure: FirmYear) -> bool:
    """Tell whether a firm spends 3 % of its revenue on R&D; such firms are made strong in other things too."""
    revenue, rd = figure.kept.get("revenue"), figure.kept.get("rd")
    return bool(revenue) and rd is not None and revenue is not None and rd * 10 >= 3 * revenue


def _yes(chance: Chance, per_mille: int) -> Cell:
    return "是" if chance.happens(per_mille) else "否"


def _profile(chance: Chance, figure: FirmYear, strong: bool) -> Record:
    firm = figure.firm
    good = 960 if strong else min(max(round(500 + 180 * firm.quality), 100), 950)
    profit, rd_staff = figure.kept.get("profit"), figure.kept.get("rd_staff")
    equity = chance.whole(5, 80) * 100 if chance.happens(150) else 0
    return {
        "enterprise": firm.enterprise,
        "year": figure.year,
        "main_product": chance.pick(_PRODUCTS),
        "niche_years": min(figure.year - firm.started_on.year, chance.whole(5 if strong else 1, 14)),
        "net_profit": None if profit is None else round(profit * 0.82),
        "sci_tech_staff": None if rd_staff is None else rd_staff + chance.whole(0, 8),
        "new_equity_2y": equity,
        "new_equity_3y": equity + (chance.whole(0, 10) * 100 if equity else 0),
        "digital_level": chance.whole(1, 3) + (1 if firm.quality > 1 else 0),
        "it_processes": chance.whole(0, 4),
        "rd_body": chance.pick(("none", "below", "city", "province")) if firm.quality < 1 else "province",
        "rd_choice": chance.pick(("sales", "cost", None)),
        **{name: _yes(chance, good) for name in _GOOD},
        **{name: _yes(chance, 120) for name in ("foreign_certified", "quality_award", "old_brand")},
        **{name: _yes(chance, 20) for name in ("controlled_by_little_giant", "similar_in_group")},
        "national_share": chance.whole(20, 300) if chance.happens(800) else None,
        "national_rank": chance.whole(1, 9) if chance.happens(700) else None,
        "market_confirmed": "是" if chance.happens(150) else None,  # a person has looked at few so far
        "updated_on": chance.day(figure.year + 1) if chance.happens(600) else None,
        "_name": figure.name,
    }


_GOOD = (
    *("management_certified", "own_brand", "standards_joined", "fills_gap", "six_bases", "supplies_leader"),
    *("key_link", "ten_fields", "network_fields", "industry_key_link", "strategic_emerging"),
)


def _applications(chance: Chance, firm: Firm, year: int, held: str | None) -> Iterator[Record]:
    """An application for the next title; a holder of 小巨人 is re-verified, some of them as batch 5 of 2023."""
    review = held == "专精特新“小巨人”企业"
    first, last = _SPRING
    yield {
        "enterprise": firm.enterprise,
        "year": year,
        "rung": _NEXT[held] if held else "innovative",
        "case_type": "review" if review else "application",
        "cohort": chance.pick(("5", "4", None)) if review else None,
        "applied_on": date.fromordinal(chance.whole(first.toordinal(), last.toordinal())),
        "_name": firm.name_on(last),
    }


def _rights(chance: Chance, firm: Firm, year: int, strong: bool) -> Iterator[Record]:
    many = max(0, round((6 if strong else 2) + 1.6 * firm.quality + chance.normal()))
    for place in range(min(many, 9)):
        first = chance.happens(850 if strong else 450)
        granted = chance.day(chance.whole(year - 6, year))
        own = "是" if strong else chance.pick(("是", "是", "是", "否", None))
        yield {
            "enterprise": firm.enterprise,
            "number": f"示范{granted.year}{firm.number:05d}{place + 1:02d}",
            "class": "1" if first else "2",
            "kind": "发明专利" if first else chance.pick(("实用新型", "软件著作权")),
            "granted_on": granted,
            "own_developed": own,
            "transferred": "是" if own == "否" else "否",
            "_name": firm.name_on(date(year, 12, 31)),
        }


def _score(chance: Chance, firm: Firm, year: int, strong: bool) -> Record:
    return {
        "enterprise": firm.enterprise,
        "scheme": "专精特新发展评价",
        "year": year,
        "score": min(max(round(10 * ((66 if strong else 54) + 9 * firm.quality + 5 * chance.normal())), 200), 980),
        "issuer": "优质中小企业梯度培育平台（虚拟）",
        "date": date(2026, 4, 20),
        "evidence": f"平台截图 {firm.number:05d}（虚拟）",
        "_name": firm.name_on(date(year, 12, 31)),
    }
