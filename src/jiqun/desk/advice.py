"""The ways to the next grade, in words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from jiqun.desk.moved_grade import MovedGrade, moved_grade, moved_words
from jiqun.desk.running import Run
from jiqun.methods.explanation.explain import explain
from jiqun.methods.explanation.nearest import Lacking, Nearest, Way
from jiqun.methods.explanation.restricted import MASKED, restricted_names, total_hidden
from jiqun.methods.wording.voice import Voice
from jiqun.problems import Language
from jiqun.values import Unit, decimal_text, grouped, half_up


@dataclass(frozen=True)
class Advice:
    """The ways to a better final grade as rows; `before` says what was done after the ranking, `notes` what else."""

    rows: list[list[object]]
    notes: list[str]
    before: list[str]


def nearest_lines(run: Run, told: Nearest, language: Language = "zh", *, sees_restricted: bool = True) -> Advice:
    """Return the ways to a better grade in words; restricted figures may be masked.

    The ways are those by rank. Where lists or conditions moved the grade afterwards, each is told with what it comes
    to while they stay as they are, and left out where that is no better than the grade of now.
    """
    hidden = frozenset() if sees_restricted else restricted_names(run.plan)
    voice = Voice(run.plan, language, run.book)
    population = run.trace.filter(run.trace[run.subject] == told.subject)["population"].to_list()
    untold = any(total_hidden(hidden, str(one)) for one in population)
    moved = moved_grade(run, told.subject)
    before = moved_words(run, voice, moved)
    finals = [(way, moved.with_moves(run, way.grade)) for way in told.ways]
    kept = [(way, final) for way, final in finals if not before or moved.is_better(final)]
    rows = [_way_row(voice, way, final, way.input in hidden, untold) for way, final in kept]
    status = str(run.trace.filter(run.trace[run.subject] == told.subject)["status"][0])
    notes = list(_notes(voice, told, hidden, status))
    if before:
        notes = _with_moves(voice, told, moved, notes, any_way=bool(rows))
    if told.reason in ("total_unknown", "grade_unknown"):
        notes += explain(run.plan, run.trace, run.gathered, told.subject, language=language, book=run.book).unknown
    return Advice(rows, notes, before)


def _with_moves(voice: Voice, told: Nearest, moved: MovedGrade, notes: list[str], *, any_way: bool) -> list[str]:
    """Say what is left of the advice by rank where the final grade is another matter."""
    if any_way:
        return notes
    ranked = moved.ranked or voice.pick("未定档", "no grade")
    if moved.is_best:
        said = [voice.pick("已经是最好一档。", "It has the best grade already.")]
        if told.ways:
            names = voice.listed(dict.fromkeys(_title(voice, way) for way in told.ways))
            zh = f"不靠上面的调整，按名次是 {ranked}；要按名次升到 {told.wanted}，只改其中一项即可：{names}。"
            said.append(
                voice.pick(
                    zh, f"Without that it is {ranked} by rank; one of these alone reaches {told.wanted}: {names}."
                )
            )
        return said
    if told.reason == "best":
        return [
            voice.pick(
                "按名次已经是最好一档，最后的档次由上面的调整决定。", "By rank it is best; the moves above decide."
            )
        ]
    if told.ways:
        return [
            voice.pick(
                "上面的调整不变，改数据升不了档。", "While the moves above stand, no figure leads to a better grade."
            )
        ]
    return notes


def _title(voice: Voice, way: Way) -> str:
    return voice.label(way.input) if way.kind == "input" else _deduction_title(voice, way.input)


def _way_row(voice: Voice, way: Way, final: str | None, is_hidden: bool, untold: bool) -> list[object]:
    share = "" if way.share is None else voice.pick("（{}）", " ({})").format(_share(voice, way.share))
    needed = Unit.parse(way.unit).behind(_figure(way.needed, way.digits), voice.language)
    figures = [_figure(way.now, way.digits), needed, _changed(way) + share]
    return [
        _title(voice, way),
        *([MASKED] * len(figures) if (is_hidden or untold) and way.kind == "input" else figures),
        "" if way.total is None else MASKED if untold else grouped(decimal_text(way.total)),
        way.rank,
        final,
    ]


def _deduction_title(voice: Voice, name: str) -> str:
    for total in voice.plan.method.totals.values():
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


def _not_graded(voice: Voice, status: str) -> str:
    """Say why there is no next grade for who takes part in no ranking, and what would have to be another."""
    said = {
        "scored": (
            "计分不定档，不参加名次，谈不上升档；上面所说的情形不再成立的年度起，按名次定档。",
            "It has points and no grade: there is no next one. Once the reason above no longer holds, it is ranked.",
        ),
        "exempt": (
            "免评，本年度没有档次，谈不上升档；免评的理由不再成立的年度起，参加定档。",
            "It is exempt and has no grade this year; once the reason no longer holds, it is graded.",
        ),
        "outside": (
            "不在评价范围，没有档次；登记的行业、规模等有误的，请先更正。",
            "It is outside the evaluation; where its industry or size is recorded wrongly, have that corrected first.",
        ),
        "population_unknown": (
            "是否参评还判断不了，先要补齐缺的数据。",
            "Whether it takes part is not known: what is missing comes first.",
        ),
    }
    return voice.pick(*said.get(status, ("没有参加定档，谈不上升档。", "It is not graded, so there is no next grade.")))


def _notes(voice: Voice, told: Nearest, hidden: frozenset[str], status: str) -> list[str]:
    if told.reason == "not_graded" and not voice.plan.method.grades:
        return [voice.pick("这部办法不定档，谈不上升档。", "This rule gives no grades, so there is no next one.")]
    reasons = {
        "best": voice.pick("已经是最好一档。", "It has the best grade already."),
        "kinds": voice.pick(
            "这些档次只是分类，没有高低，谈不上升档。",
            "These classes are kinds, none better than another: there is no next grade.",
        ),
        "not_graded": _not_graded(voice, status),
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
    if told.held and told.ways:
        notes.append(
            voice.pick(
                "本期同类企业的平均值等基准按原值不变；自己改动会稍微改变它们。",
                "Benchmarks made from this period's firms are held; the firm's own change would shift them slightly.",
            )
        )
    return notes
