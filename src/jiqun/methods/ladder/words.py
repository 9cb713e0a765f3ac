"""What a screening says to a person: advice, verdicts, gaps and deadlines in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from jiqun.methods.compiling.plan import Plan
from jiqun.methods.ladder.criterion_states import CriterionState
from jiqun.methods.ladder.cultivation import CultivationRow
from jiqun.methods.ladder.edition import ChosenEdition
from jiqun.methods.ladder.gaps import Gap
from jiqun.methods.ladder.screening import Assessment, Deadline
from jiqun.methods.ladder.titles import Holding
from jiqun.methods.wording.numbers import number_text
from jiqun.packs.models import Ladder
from jiqun.problems import Language
from jiqun.values import Unit

_PHRASES: dict[str, tuple[str, str]] = {
    "advice.ready": ("自评条件具备，可组织申报", "self-assessed as ready to apply"),
    "advice.for_review": ("只差人工核实", "only a person's confirmation is open"),
    "advice.not_yet": ("尚有条件不满足", "some criteria are not met"),
    "advice.unclear": ("没有不满足的，但有条件未知", "nothing unmet, but some criteria are unknown"),
    "advice.no_recommendation": ("已知条件太少，不作推荐", "too little is known for any recommendation"),
    "advice.outside": ("不属评价对象，或没有当年数据", "outside the rule, or no data of the year"),
    "advice.not_covered": ("没有可用的办法，不能判断", "no rule to judge by"),
    "advice.barred": ("撤销称号后的禁止申报期内", "barred after a title was revoked"),
    "result.met": ("满足", "met"),
    "result.unmet": ("不满足", "unmet"),
    "result.unknown": ("未知", "unknown"),
    "result.manual_review": ("待人工核实", "for a person to confirm"),
    "result.not_applicable": ("不适用", "not applicable"),
    "result.not_needed": ("不需要", "not needed"),  # another part of the alternative is met
    "state.valid": ("有效", "valid"),
    "state.lapsed": ("期满未复核", "lapsed"),
    "state.expired": ("已到期", "expired"),
    "state.revoked": ("已撤销", "revoked"),
    "deadline.update": ("更新企业信息", "update the firm's information"),
    "deadline.review_open": (
        "有效期止，已持有更高称号，是否仍须复核以当年通知为准",
        "term ends; a higher title is held, each year's call says whether to re-verify",
    ),
    "deadline.review": ("有效期止，须复核", "term ends, re-verification"),
    "deadline.apply_again": ("禁止申报期止于此日", "barred up to and including this day"),
    "deadline.missed": ("（已过）", " (missed)"),
    "deadline.others": ("；已过的另有 {count} 项", "; {count} more missed"),
    "recognition": (
        "自评不等于认定，申报起止时间以当年通知为准",
        "a self-assessment, no recognition; each year's call says when to apply",
    ),
    "count.stock": ("有效户数", "valid holders"),
    "count.new": ("新增户数", "new holders"),
    "count.yearly": ("本年新增", "new this year"),
    "case.application": ("新申报", "application"),
    "case.review": ("复核", "re-verification"),
    "gap": (
        "{figure} {value}，须 {comparison} {bound}，差 {distance}",
        "{figure} {value}, must be {comparison} {bound}, {distance} short",
    ),
    "gap.on_bound": ("{figure} {value}，须 {comparison} {bound}", "{figure} {value}, must be {comparison} {bound}"),
    "point": ("{distance} 个百分点", "{distance} percentage point"),
    "points": ("{distance} 个百分点", "{distance} percentage points"),
    "unknown": ("缺 {names}", "lacks {names}"),
    "not filled in": (
        "；台账里有没填全的行，核清后再定",
        "; some rows are not filled in, which may change that",
    ),
    "instead": ("（“{name}”另有途径）", " (there are other ways to meet “{name}”)"),
    "edition.none": ("没有一个版本适用", "no edition applies"),
    "edition.missing": ("版本不能选定，缺 {names}", "no edition can be chosen without {names}"),
    "case_type": ("申报性质", "case type"),
    "applied_on": ("申报日期", "day of application"),
    "cohort": ("原认定批次", "batch"),
    "colon": ("：", ": "),
    "comma": ("、", ", "),
    "semicolon": ("；", "; "),
}  # fmt: skip
_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠", "==": "=", ">": ">", "<": "<"}


def phrase(key: str, language: Language, **values: object) -> str:
    """Say a phrase with its values.

    >>> phrase("advice.ready", "en")
    'self-assessed as ready to apply'
    """
    return _PHRASES[key][0 if language == "zh" else 1].format(**values)


def pick(zh: str, en: str, language: Language) -> str:
    """Choose a title by language, the other one where it is empty."""
    return (zh or en) if language == "zh" else (en or zh)


def rung_title(ladder: Ladder, rung: str | None, language: Language) -> str:
    """The title of a rung; empty for none."""
    return "" if rung is None else pick(ladder.rungs[rung].title, ladder.rungs[rung].title_en, language)


def title_words(ladder: Ladder, title: str, language: Language) -> str:
    """The title's name; as written where the ladder does not know it."""
    found = ladder.titles.get(title)
    return title if found is None else pick(found.title, found.title_en, language)


def edition_words(edition: ChosenEdition, language: Language) -> str:
    """Say which edition judges and why, or why none could be chosen."""
    if edition.method is not None:
        return pick(edition.reason, edition.reason_en, language)
    if not edition.missing:
        return phrase("edition.none", language)
    known = ("case_type", "applied_on", "cohort")
    names = [phrase(one, language) if one in known else one for one in edition.missing]
    return phrase("edition.missing", language, names=phrase("comma", language).join(names))


def criterion_title(assessment: Assessment, name: str, language: Language) -> str:
    """The title of a criterion or requirement."""
    assert assessment.plan is not None
    method = assessment.plan.method
    one = method.criteria.get(name) or method.requirements[name]
    return pick(one.title, one.title_en, language) or name


def lacking_words(assessment: Assessment, one: CriterionState, language: Language) -> str:
    """Say what a criterion lacks: the figures and how far they are off, the missing inputs, or the rule's own words."""
    assert assessment.plan is not None
    labels = assessment.plan.labels
    if one.gaps:
        said = phrase("semicolon", language).join(gap_words(gap, labels.get(gap.figure), language) for gap in one.gaps)
        said += phrase("not filled in", language) if one.result == "unknown" else ""
    elif one.unknown:
        names = dict.fromkeys(_lacking_name(assessment.plan, name, language) for name in one.unknown)
        said = phrase("unknown", language, names=phrase("comma", language).join(names))
    else:
        item = assessment.plan.method.criteria[one.name].missing_item
        said = item if one.result == "unmet" and item and language == "zh" else phrase(f"result.{one.result}", language)
    if one.instead_of is None:
        return said
    return said + phrase("instead", language, name=criterion_title(assessment, one.instead_of, language))


def _lacking_name(plan: Plan, name: str, language: Language) -> str:
    """Name what is lacking as one would ask for it: the register whose rows are counted, else the figure."""
    one = plan.method.inputs.get(name)
    contract = None if one is None or one.rollup is None else plan.contracts.get(one.rollup.table)
    if contract is None or contract.derived:
        return pick(*plan.labels.get(name, (name, name)), language)
    return pick(contract.title, contract.title_en, language)


def gap_words(gap: Gap, label: tuple[str, str] | None, language: Language) -> str:
    """Say a gap: 资产负债率 72%，须 ≤ 70%，差 2 个百分点."""

    def number(text: str) -> str:
        return Unit.parse(gap.unit).behind(text, language)

    distance = number_text(gap.distance)
    points = phrase("point" if gap.distance == 1 else "points", language, distance=distance)

    key = "gap" if gap.distance else "gap.on_bound"
    return phrase(
        key,
        language,
        figure=pick(*(label or (gap.figure, gap.figure)), language),
        value=number(number_text(gap.value)),
        comparison=_SIGNS[gap.comparison],
        bound=number(number_text(gap.bound)),
        distance=points if gap.unit == "%" else number(distance),
    )


def all_lacking_words(assessment: Assessment, language: Language) -> str:
    """Say everything that stands in the way, criterion by criterion."""
    parts = [
        criterion_title(assessment, one.name, language)
        + phrase("colon", language)
        + lacking_words(assessment, one, language)
        for one in assessment.lacking
    ]
    return phrase("semicolon", language).join(parts)


def deadline_words(ladder: Ladder, one: Deadline, language: Language) -> str:
    """Say a deadline: 2026-05-31 专精特新中小企业 更新企业信息."""
    missed = phrase("deadline.missed", language) if one.missed else ""
    return f"{one.day} {title_words(ladder, one.title, language)} {phrase(f'deadline.{one.kind}', language)}{missed}"


def review_phrase(one: Holding) -> str:
    """The phrase for the end of a title's term: to be re-verified, or open beside a higher title."""
    return "deadline.review" if one.review_open_by is None else "deadline.review_open"


def nearest_deadline_words(ladder: Ladder, deadlines: Sequence[Deadline], language: Language) -> str:
    """Say the next deadline, or the one missed last where none is to come, and how many others were missed.

    They are of titles that the firm has or had, and say nothing about when to apply for the next rung.
    """
    coming = [one for one in deadlines if not one.missed]
    missed = sorted((one for one in deadlines if one.missed), key=lambda one: one.day)
    first = min(coming, key=lambda one: one.day) if coming else missed.pop() if missed else None
    if first is None:
        return ""
    others = phrase("deadline.others", language, count=len(missed)) if missed else ""
    return deadline_words(ladder, first, language) + others


def count_words(row: CultivationRow, language: Language) -> str:
    """Say what a target counts."""
    return phrase(f"count.{row.count}", language)
