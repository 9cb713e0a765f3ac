"""Words for criteria, requirements, grades, moves and entitlements."""

from __future__ import annotations

from collections.abc import Sequence

from jiqun.expressions import DateType
from jiqun.methods.wording.figures import benchmark_words
from jiqun.methods.wording.numbers import interval_text, share_text, with_unit, written
from jiqun.methods.wording.totals import item_label
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Budget, Cut, Grade, Quota, SmallPool
from jiqun.values import Unit, unit_said


def criterion_words(voice: Voice, name: str) -> str:
    """Say what a criterion tests."""
    one = voice.plan.method.criteria[name]
    said = voice.say("criterion.manual") if one.manual else voice.formula(f"criteria.{name}.test")
    if one.applies is None:
        return said
    return voice.say("criterion.applies", test=said, applies=voice.formula(f"criteria.{name}.applies"))


def requirement_words(voice: Voice, name: str) -> str:
    """Say which criteria a requirement asks for."""
    one = voice.plan.method.requirements[name]
    kind = "all" if one.all is not None else "any" if one.any is not None else "at_least"
    parts = [voice.say("each_of", name=voice.part_title(part)) for part in one.all or one.any or one.of or ()]
    return voice.say(f"requirement.{kind}", parts=voice.listed(parts), count=one.at_least)


def grade_words(voice: Voice, grade: Grade) -> str:
    """Say how a grade is given."""
    if grade.quota is not None:
        return quota_words(voice, grade.quota, grade.classes)
    if grade.cuts is not None:
        return voice.say("cuts", of=item_label(voice, grade.cuts_of), cuts=_cuts(voice, grade.cuts, grade.cuts_of))
    if grade.ladder is not None:
        rungs = [
            voice.say("ladder.rung", grade=rung.grade, requires=voice.part_title(rung.requires))
            for rung in grade.ladder.rungs
        ]
        if grade.ladder.otherwise is not None:
            rungs.append(voice.say("ladder.otherwise", grade=grade.ladder.otherwise))
        key = "ladder" if grade.classes_are == "grades" else "ladder.kinds"
        return voice.say(key, rungs=voice.joined(rungs))
    parts = [
        voice.say("part", place=place, title=voice.pick(part.title, part.title_en, ""), words=grade_words(voice, part))
        for place, part in enumerate(grade.lowest_of or (), start=1)
    ]
    return voice.say("lowest_of", parts=voice.joined(parts))


def _cuts(voice: Voice, cuts: Sequence[Cut], of: str) -> str:
    unit, said = voice.unit(of), []
    for cut in cuts:
        named = {name: _line(voice, name) for name in cut.held}
        ends = (cut.at_least, cut.more_than, cut.at_most, cut.less_than)
        interval = interval_text(*ends, voice.language, unit, named)
        said.append(voice.say("cut", grade=cut.grade, interval=interval))
    return voice.joined(said)


def _line(voice: Voice, name: str) -> str:
    """A benchmark that cuts: by its title where it has one, and what it is made of."""
    one, made = voice.plan.method.benchmarks[name], benchmark_words(voice, name)
    title = one.title if voice.language == "zh" else one.title_en
    return voice.say("cut.line", title=title, made=made) if title else made


def quota_words(voice: Voice, quota: Quota, classes: Sequence[str]) -> str:
    """Say shares, denominator, rounding, ties, small pools and minima of a quota."""
    shares = [_share_words(voice, quota, name) for name in classes if name in quota.shares or name in quota.places]
    if quota.rest is not None and quota.rest not in quota.shares:
        shares.append(voice.say("quota.rest", grade=quota.rest))
    said = [
        voice.say(
            "quota" if quota.shares else "quota.only_places",
            pools=voice.listed(voice.group_label(name) for name in quota.pools),
            of=item_label(voice, quota.of),
            order=voice.say(f"quota.{quota.order}"),
            shares=voice.listed(shares),
            denominator=voice.say(f"quota.{quota.denominator}", who=voice.who),
            counting=counting_words(voice, quota),
        ),
        tie_words(voice, quota),
        "" if quota.small_pool is None else _small_words(voice, quota, quota.small_pool),
    ]
    said += limit_words(voice, quota)
    unit = voice.unit(quota.of)
    for name, number in quota.minimum.items():
        least = with_unit(written(number), unit, voice.language)
        said.append(voice.say("minimum", grade=name, of=item_label(voice, quota.of), number=least))
    return voice.joined(said)


def limit_words(voice: Voice, quota: Quota) -> list[str]:
    """Say how many of one group may get a class."""
    said = [
        voice.say("quota.per_group", group=voice.group_label(limit.by), grade=name, count=count)
        for limit in quota.per_group
        for name, count in limit.most.items()
    ]
    return [*said, voice.say("quota.per_group_all")] if len(quota.per_group) > 1 else said


def _share_words(voice: Voice, quota: Quota, name: str) -> str:
    if name in quota.places:
        return voice.say("quota.places", grade=name, count=quota.places[name])
    said = f"{name} {share_text(quota.shares[name])}"
    bounds = [voice.say("quota.least", count=quota.least[name])] if name in quota.least else []
    bounds += [voice.say("quota.most", count=quota.most[name])] if name in quota.most else []
    return voice.say("quota.bounded", share=said, bounds=voice.listed(bounds)) if bounds else said


def counting_words(voice: Voice, quota: Quota) -> str:
    """Say how class sizes become whole numbers."""
    rounding = voice.say(f"rounding.{quota.rounding}")
    if quota.rounding == "largest_remainder":
        return rounding
    said = [voice.say(f"counting.{quota.counting}", rounding=rounding)]
    if quota.counting == "each":
        said += [
            voice.say("rounding.class", grade=name, rounding=voice.say(f"rounding.{how}"))
            for name, how in quota.class_rounding.items()
        ]
        said += (
            [voice.say("quota.rest", grade=quota.rest)] if quota.rest is not None and quota.rest in quota.shares else []
        )
    return voice.listed(said)


def tie_words(voice: Voice, quota: Quota) -> str:
    """Say who comes first at equal values and where the rest of a tie goes."""
    names = [_turn(voice, name) if name.startswith("-") else voice.label(name) for name in quota.ties.by]
    if not names:
        return voice.say(f"ties.all_{quota.ties.then}")
    return voice.listed([voice.say("ties.by", names=voice.listed(names)), voice.say(f"ties.{quota.ties.then}")])


def _small_words(voice: Voice, quota: Quota, small: SmallPool) -> str:
    if small.grade is not None:
        return voice.say("small.grade", count=small.smallest, grade=small.grade)
    if small.wider is not None:
        wider = voice.listed(voice.group_label(name) for name in small.wider)
        return voice.say("small.wider", count=small.smallest, wider=wider)
    return voice.say("small.cuts", count=small.smallest, cuts=_cuts(voice, small.cuts or (), quota.of))


def move_words(voice: Voice, name: str) -> str:
    """Say what a move does and to whom."""
    one = voice.plan.method.moves[name]
    if one.inherit is not None:
        said = voice.say("move.inherit", column=voice.label(one.inherit.from_subject))
    elif one.share is not None:
        said = voice.say(f"move.share.{one.share.take}", group=voice.label(one.share.group))
    elif one.to is None and one.move in ("fix", "veto", "not_below", "not_above"):
        said = voice.say("move.fix_listed")
    else:
        said = voice.say(f"move.{one.move}", to=one.to, steps=one.steps)
    if one.listed is not None:
        titles = dict(voice.categories("kind", "adjustment"))
        said = voice.say("move.listed", listed=titles.get(one.listed, one.listed), move=said)
    return said if one.where is None else voice.say("move.where", where=voice.formula(f"moves.{name}.where"), move=said)


def entitlement_words(voice: Voice, name: str) -> str:
    """Say for whom an entitlement is and how much it is."""
    one = voice.plan.method.entitlements[name]
    unit = unit_said(one.unit, voice.language)
    said = [
        voice.say("entitled.grades", grades=voice.listed(one.grades)) if one.grades else "",
        "" if one.where is None else voice.say("entitled.where", where=voice.formula(f"entitlements.{name}.where")),
    ]
    if one.amount is not None:
        amount = voice.formula(f"entitlements.{name}.amount")
        fixed = unit and amount.endswith(unit) and amount[:1].isdigit()
        said.append(voice.say("entitled.fixed" if fixed else "entitled.amount", amount=amount, unit=unit or "1"))
    if one.cap is not None:
        said.append(voice.say("entitled.cap", cap=Unit.parse(one.unit).behind(written(one.cap), voice.language)))
    if one.exclusive is not None:
        said.append(voice.say("entitled.exclusive", group=one.exclusive))
    if one.budget is not None:
        said.append(_budget_words(voice, f"entitlements.{name}.budget.amount", one.budget, one.unit))
    return voice.joined(said)


def shared_budget_words(voice: Voice, name: str) -> str:
    """Say which entitlements share a budget and what becomes of their amounts where it is not enough."""
    one, entitlements = voice.plan.method.budgets[name], voice.plan.method.entitlements
    parts = [entitlements[part] for part in one.of]
    held = voice.listed(voice.say("each_of", name=voice.pick(part.title, part.title_en)) for part in parts)
    cut = _budget_words(voice, f"budgets.{name}.amount", one, parts[0].unit)
    if one.kinds == "in_turn":
        return voice.say("budget.kinds_in_turn", held=held, cut=cut)
    said = voice.say("budget.kinds", held=held, cut=cut)
    return said + voice.say("budget.kinds_in_order", who=voice.who) if one.cut == "in_order" else said


def _budget_words(voice: Voice, path: str, one: Budget, unit: str) -> str:
    """Say what many share and what becomes of their amounts where it is not enough."""
    budget = voice.formula(path)
    budget = Unit.parse(unit).behind(budget, voice.language) if budget[-1].isdigit() else budget
    over = voice.listed(voice.group_label(column) for column in one.over)
    together = voice.say("budget.over" if over else "budget.all", budget=budget, over=over)
    if one.cut == "in_proportion":
        return voice.say("budget.in_proportion", together=together)
    order = voice.listed(_turn(voice, column) for column in one.order)
    return voice.say(f"budget.{one.last}", together=together, order=order)


def _turn(voice: Voice, name: str) -> str:
    """Say by what it goes who comes first, and which end."""
    bare = name.removeprefix("-")
    ends = ("early", "late") if isinstance(voice.plan.names.get(bare), DateType) else ("low", "high")
    return voice.say(f"turn.{ends[0] if name.startswith('-') else ends[1]}", name=voice.label(bare))


def exception_words(voice: Voice, name: str) -> str:
    """Say whom an exception is about and what it does."""
    one = voice.plan.method.exceptions[name]
    key = f"exception.{one.effect}"
    if one.effect == "scored_not_graded" and one.treated_as is not None:
        key = "exception.scored_as"
    effect = voice.say(key, grade=one.treated_as)
    if one.unless is not None:
        return voice.say("exception.unless", requires=voice.part_title(one.unless), effect=effect)
    return voice.say("move.where", where=voice.formula(f"exceptions.{name}.where"), move=effect)


def ceiling_words(voice: Voice, name: str) -> str:
    """Say what several entitlements may come to together, and which of them is cut."""
    one = voice.plan.method.ceilings[name]
    parts = (voice.plan.method.entitlements[part] for part in one.of)
    held = voice.listed(voice.say("each_of", name=voice.pick(part.title, part.title_en)) for part in parts)
    return voice.say(f"ceiling.{one.cut}", held=held, most=voice.formula(f"ceilings.{name}.at_most"))
