"""What several reports share: the grounds, accounts, moves and lists as sentences and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from jiqun.desk.accounts import Account
from jiqun.desk.clusters import Ratio
from jiqun.desk.comparing import CAUSE_TITLES
from jiqun.desk.reporting import Grounds, Moved
from jiqun.methods.explanation.restricted import FEWEST, MASKED
from jiqun.methods.runs.compare import CAUSES, Change
from jiqun.reports.layout import Field, Sheet, Value
from jiqun.reports.run import Evaluated
from jiqun.reports.word.model import UNKNOWN, cell_number, number_text
from jiqun.values import cited

DOUBTS_LEFT_OUT = "已剔除存疑数值：与上年或中位数相差千倍以上、尚未更正的"
WITHHELD = f"“{MASKED}”由不足 {FEWEST} 户的数值合成、一户占绝大部分，或与其他数值相加减可得出这样的数值"
_COMPLETENESS = {"partial": "（办法只读到部分原文）", "illustrative": "（办法含示意参数，不能作为正式依据）"}
SUMS: Mapping[str, tuple[str, str]] = {
    "output": ("工业总产值", "万元"),
    "value_added": ("工业增加值", "万元"),
    "tax": ("实缴税金", "万元"),
    "land": ("用地", "亩"),
}
RATIO_TITLES: Mapping[str, tuple[str, str]] = {
    "tax_per_mu": ("亩均税收", "万元/亩"),
    "value_added_per_mu": ("亩均增加值", "万元/亩"),
    "output_per_mu": ("亩均产值", "万元/亩"),
    "rd_intensity": ("研发投入强度", "%"),
    "labour_productivity": ("全员劳动生产率", "万元/人"),
    "value_added_per_energy": ("单位能耗增加值", "万元/tce"),
}
_FACTORS = {"rd_intensity": 100}
_ACCOUNT_RATIOS = ("tax_per_mu", "value_added_per_mu", "rd_intensity", "labour_productivity")
Named = Callable[[object], str]


def facts_of(grounds: Grounds, run: Evaluated | None = None) -> tuple[str, ...]:
    """Say on which run, rule and data a report rests."""
    edition = f"（{grounds.edition}版）" if grounds.edition else ""
    found = [
        f"{grounds.method}{edition}{_COMPLETENESS.get(grounds.completeness, '')}，编号 {grounds.method_id}",
        f"数据年度 {grounds.year} 年",
        f"数据快照 {grounds.snapshot}（冻结于 {grounds.frozen_on}）",
        f"运行 {grounds.run}（{'正式' if grounds.official else '试算'}）",
    ]
    if run is not None and run.sign_off is not None:
        found.append(run.sign_off.words("zh"))
    return tuple(found)


def evaluation_words(grounds: Grounds) -> str:
    """Name the evaluation in a title: one by the mu in the words that everybody knows, another by its rule's title."""
    return "工业企业亩均效益综合评价" if grounds.by_the_mu else f"{cited(grounds.method)}评价"


def source_of(grounds: Grounds) -> str:
    """Say in few words which run and which state of the data a table is from."""
    state = "正式" if grounds.official else "试算"
    return f"运行 {grounds.run}（{state}），数据快照 {grounds.snapshot}，冻结于 {grounds.frozen_on}"


def share_text(part: int, whole: int) -> str:
    """Return a share in per cent with one decimal; a dash of nothing."""
    return f"{number_text(Fraction(100 * part, whole), 1)}%" if whole else UNKNOWN


def counted(rows: Mapping[str, int], grades: Sequence[str]) -> str:
    """Say how many firms have which grade: `A 档 12 户、B 档 30 户`."""
    return "、".join(f"{one} 档 {rows.get(one, 0)} 户" for one in grades)


def ratio_value(one: Ratio) -> Fraction | None:
    """Return a ratio without the figures in doubt, in the unit that it is shown in: the one that every page names."""
    return None if one.sound is None else one.sound * _FACTORS.get(one.name, 1)


def account_words(one: Account) -> str:
    """Say the ratios of an account, each but those withheld with its unit and how many firms it is from."""
    return "；".join(
        f"{RATIO_TITLES[name][0]}{MASKED}" if name in one.withheld else ratio_words(each, one.tells_doubts(name))
        for name, each in one.ratios.items()
    )


def ratio_words(one: Ratio, tells_doubts: bool = True) -> str:
    """Say a ratio with its unit, how many firms it is from, and what it would be with the figures in doubt."""
    title, unit = RATIO_TITLES[one.name]
    if one.value is None:
        return f"{title}未知（没有企业两项都报）"
    if one.sound is None:
        return f"{title}未知（两项齐全的 {one.covered} 户数值都存疑）"
    said = f"{title} {number_text(ratio_value(one))} {unit}（{one.firms} 户中 {one.covered} 户两项齐全"
    if one.doubtful:
        said += f"，已剔除存疑 {one.doubtful} 户"
    if one.doubtful and tells_doubts:
        said += f"，含存疑为 {number_text(one.value * _FACTORS.get(one.name, 1))} {unit}"
    return said.replace(" %", "%") + "）"


def account_sheet(name: str, title: str, accounts: Mapping[str, Account], named: Named) -> Sheet:
    """Lay accounts out, one group a row; what is withheld is masked."""
    fields = [Field(name, widest=22), Field("规上户数", "户", "number")]
    fields += [Field(SUMS[one][0], SUMS[one][1], "number", 0 if one != "land" else 1) for one in SUMS]
    fields += [Field(RATIO_TITLES[one][0], RATIO_TITLES[one][1], "number", 2) for one in _ACCOUNT_RATIOS]
    fields += [Field("存疑", "户", "number")]
    rows = [[named(code) or code, *account_row(one)] for code, one in accounts.items() if one.firms]
    notes = ["比值为合计比合计，只计两项都填报的企业；没有填报的不作零计", DOUBTS_LEFT_OUT]
    if any(one.withheld for one in accounts.values()):
        notes.append(WITHHELD)
    return Sheet(title, title, tuple(fields), rows, tuple(notes), 1)


def account_row(one: Account) -> list[Value]:
    """Return the cells of an account: firms, sums, ratios."""
    sums = {name: cell_number(one.sums[name].sound, 1 if name == "land" else 0) for name in SUMS}
    made = {name: cell_number(ratio_value(one.ratios[name])) for name in _ACCOUNT_RATIOS}
    found: list[Value] = [one.firms]
    found += [MASKED if name in one.withheld else value for name, value in (sums | made).items()]
    return [*found, max(each.doubtful for each in one.ratios.values())]


def moved_words(told: Moved, year: int) -> str:
    """Say how many firms went up and down, and why."""
    count = told.directions
    state = "" if told.official else "（试算）"
    causes = "、".join(f"{CAUSE_TITLES[one][0]} {told.causes.get(one, 0)} 次" for one in CAUSES)
    return (
        f"与 {told.year} 年度{state}相比，{year} 年度升档 {count.get('up', 0)} 户、降档 {count.get('down', 0)} 户、"
        f"不变 {count.get('same', 0)} 户，一年未定档 {count.get('open', 0)} 户，新进 {count.get('new', 0)} 户、"
        f"退出 {count.get('gone', 0)} 户。按“自身数据、其他企业和基准、办法、排名后调整”的次序逐步换算，"
        f"改变档次的原因：{causes}；一户可有几项原因。"
    )


def moved_sheet(
    told: Moved,
    title: str,
    district: Mapping[str, str] | None = None,
    most: int | None = None,
    untold: frozenset[str] = frozenset(),
) -> Sheet:
    """List who moved, from which grade to which, with the reasons and the totals, but for those that stay `untold`."""
    fields = [Field("统一社会信用代码", kind="code", widest=20), Field("企业名称", widest=30)]
    fields += [Field("区县", widest=10)] if district is not None else []
    fields += [
        Field(f"{told.year}年档次", kind="code"),
        Field("本年档次", kind="code"),
        Field("上年总分", "分", "number", 2),
        Field("本年总分", "分", "number", 2),
        Field("改变档次的原因", widest=26),
    ]
    shown = told.movers if most is None else told.movers[:most]
    rows = [_mover(one, told.names, district, untold) for one in shown]
    notes = () if len(shown) == len(told.movers) else (f"列出变动最大的 {len(shown)} 户，共 {len(told.movers)} 户",)
    return Sheet(title, title, tuple(fields), rows, notes, 2)


def _mover(
    one: Change, names: Mapping[str, str], district: Mapping[str, str] | None, untold: frozenset[str]
) -> list[Value]:
    causes = "、".join(CAUSE_TITLES[cause][0] for cause in one.causes)
    place: list[Value] = [] if district is None else [district.get(one.groups.get("district", ""), "")]
    return [
        one.subject,
        names.get(one.subject) or one.subject,
        *place,
        one.grade_before or UNKNOWN,
        one.grade_after or UNKNOWN,
        *(MASKED if one.subject in untold else cell_number(total) for total in (one.total_before, one.total_after)),
        causes or "定档条件变化",
    ]


def pool_words(run: Evaluated, pool: str) -> str:
    """Say a pool by what it was cut by beyond the population: names of districts and industries."""
    parts = [one for one in pool.split("|") if one not in run.plan.populations]
    said = (run.district(one) or run.division(one) or one for one in parts)
    return "、".join(dict.fromkeys(said)) or "全部"
