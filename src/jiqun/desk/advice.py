"""The ways to the next grade, in words."""

from __future__ import annotations

from fractions import Fraction

from jiqun.desk.running import Run
from jiqun.methods.explanation.explain import explain
from jiqun.methods.explanation.nearest import Lacking, Nearest, Way
from jiqun.methods.explanation.restricted import MASKED, restricted_names, total_hidden
from jiqun.methods.wording.numbers import grouped
from jiqun.methods.wording.voice import Voice
from jiqun.problems import Language
from jiqun.values import Unit, decimal_text, half_up


def nearest_lines(
    run: Run, told: Nearest, language: Language = "zh", *, sees_restricted: bool = True
) -> tuple[list[list[object]], list[str]]:
    """Return the ways to the next grade as rows, and what else should be said; restricted figures may be masked."""
    hidden = frozenset() if sees_restricted else restricted_names(run.plan)
    voice = Voice(run.plan, language, run.book)
    population = run.trace.filter(run.trace[run.subject] == told.subject)["population"].to_list()
    untold = any(total_hidden(hidden, str(one)) for one in population)
    rows = [_way_row(run, voice, way, way.input in hidden, untold) for way in told.ways]
    notes = list(_notes(voice, told, hidden))
    if told.reason in ("total_unknown", "grade_unknown"):
        notes += explain(run.plan, run.trace, run.gathered, told.subject, language=language, book=run.book).unknown
    return rows, notes


def _way_row(run: Run, voice: Voice, way: Way, is_hidden: bool, untold: bool) -> list[object]:
    share = "" if way.share is None else voice.pick("（{}）", " ({})").format(_share(voice, way.share))
    title = voice.label(way.input) if way.kind == "input" else _deduction_title(run, voice, way.input)
    needed = Unit.parse(way.unit).behind(_figure(way.needed, way.digits), voice.language)
    figures = [_figure(way.now, way.digits), needed, _changed(way) + share]
    return [
        title,
        *([MASKED] * len(figures) if (is_hidden or untold) and way.kind == "input" else figures),
        "" if way.total is None else MASKED if untold else grouped(decimal_text(way.total)),
        way.rank,
        way.grade,
    ]


def _deduction_title(run: Run, voice: Voice, name: str) -> str:
    for total in run.plan.method.totals.values():
        if name in total.deductions:
            one = total.deductions[name]
            return voice.pick(f"撤回扣分：{one.title}", f"withdraw: {one.title_en or one.title}")
    return name


def _figure(value: Fraction, digits: int) -> str:
    """A figure at the digits that it is changed in; what lies between two of them, such as a year's mean land, is ≈."""
    near = half_up(value, digits)
    return ("" if near == value else "≈") + grouped(decimal_text(near))


def _changed(way: Way) -> str:
    near = half_up(way.change, way.digits)
    return ("" if near == way.change else "≈") + _signed(near)


def _share(voice: Voice, share: Fraction) -> str:
    """A change as share of the present value: +28.57%; a change too small for two decimals is not none."""
    near = half_up(share * 100, 2)
    return f"{_signed(near)}%" if near or not share else voice.pick("不足0.01%", "below 0.01%")


def _signed(value: Fraction) -> str:
    return ("+" if value > 0 else "") + grouped(decimal_text(value)).replace("-", "−")


def _lacking(voice: Voice, one: Lacking, hidden: frozenset[str]) -> str:
    """A criterion that is not met, with what is missing or how far it is: 能耗不高于0.35：未满足；能耗 3 改到 2."""
    said = f"{voice.part_title(one.criterion)}{voice.say('colon')}{voice.say(f'verdict.{one.verdict}')}"
    missing = voice.say("why.missing", names=voice.listed(map(voice.label, one.missing))) if one.missing else ""
    ways = []
    for way in one.ways:
        needed = Unit.parse(way.unit).behind(_figure(way.needed, way.digits), voice.language)
        now, to = (MASKED, MASKED) if way.input in hidden else (_figure(way.now, way.digits), needed)
        ways.append(voice.pick(f"{voice.label(way.input)} {now} 改到 {to}", f"{voice.label(way.input)} {now} to {to}"))
    return voice.joined([said, missing, voice.pick(" 或 ", " or ").join(ways)])


def _notes(voice: Voice, told: Nearest, hidden: frozenset[str]) -> list[str]:
    if told.reason == "not_graded" and not voice.plan.method.grades:
        return [voice.pick("这部办法不定档，谈不上升档。", "This rule gives no grades, so there is no next one.")]
    reasons = {
        "best": voice.pick("已经是最好一档。", "It has the best grade already."),
        "kinds": voice.pick(
            "这些档次只是分类，没有高低，谈不上升档。",
            "These classes are kinds, none better than another: there is no next grade.",
        ),
        "not_graded": voice.pick("没有参加定档，谈不上升档。", "It is not graded, so there is no next grade."),
        "grade_unknown": voice.pick(
            "现在定不了档，先要补齐下面缺的，才谈得上升档：",
            "It has no grade yet; what is missing comes before any next grade:",
        ),
        "total_unknown": voice.pick(
            "总分未知，先要补齐下面缺的，才谈得上升档：",
            "The total is unknown; what is missing comes before any next grade:",
        ),
    }
    notes = [reasons[told.reason]] if told.reason in reasons else []
    if told.wanted and not told.ways and not told.unknown:
        notes.append(
            voice.pick(f"只改一个数到不了“{told.wanted}”。", f"No change of one figure reaches “{told.wanted}”.")
        )
    if told.out_of_reach:
        names = voice.listed(voice.label(one) for one in told.out_of_reach)
        notes.append(voice.pick(f"单靠改这些到不了：{names}", f"Out of reach by one change: {names}"))
    if told.not_advised:
        names = voice.listed(voice.label(one) for one in told.not_advised)
        notes.append(voice.pick(f"不作为建议：{names}", f"Not advised: {names}"))
    notes += [_lacking(voice, one, hidden) for one in told.lacking]
    if told.dates:
        names = voice.listed(voice.label(one) for one in told.dates)
        notes.append(
            voice.pick(f"还没有报来：{names}；报来以后重新判定", f"Not reported yet: {names}; they change the result")
        )
    if told.held:
        notes.append(
            voice.pick(
                "本期同类企业的平均值等基准按原值不变；自己改动会稍微改变它们。",
                "Benchmarks made from this period's firms are held; the firm's own change would shift them slightly.",
            )
        )
    return notes
