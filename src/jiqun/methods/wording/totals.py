"""Words for sums and means over points, and for the total."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jiqun.methods.columns.cohort_nodes import judgement_texts
from jiqun.methods.columns.weights import judged
from jiqun.methods.wording.numbers import share_text, written
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Addition, Node, Weighting
from jiqun.values import decimal_text, exact, half_up


def node_words(voice: Voice, name: str) -> str:
    """Say what a node is made of."""
    node = voice.plan.method.nodes[name]
    weights = judgement_texts(node) or node.weights or {}
    parts = [
        voice.say("node.weighted", name=item_label(voice, child), weight=written(weights[child]))
        if child in weights
        else item_label(voice, child)
        for child in node.of
    ]
    taken = "only" if node.take == "sum" and len(parts) == 1 else node.take
    said = [voice.say(f"node.{taken}", parts=voice.listed(parts), rho=node.rho), *_cohort_words(voice, node)]
    if node.best is not None:
        said.append(voice.say("node.best", count=node.best))
    if node.missing == "available":
        said.append(voice.say("node.available"))
        if exact(node.least_share) > 0:
            said.append(voice.say("node.least", share=share_text(node.least_share)))
    limits = [(key, getattr(node, key)) for key in ("cap", "floor")]
    said += [voice.say(f"node.{key}", number=written(number)) for key, number in limits if number is not None]
    return voice.joined([*said, voice.digits(node.digits)])


def _cohort_words(voice: Voice, node: Node) -> Iterator[str]:
    """Say how weights come about, what is better low, and who is compared with whom."""
    how = node.weighting
    if how is not None:
        if how.ahp is not None:
            made = judged(how.ahp)
            size, ratio = decimal_text(half_up(made.largest, 4)), decimal_text(half_up(made.ratio, 4))
            yield voice.say(f"weigh.ahp.{how.ahp.by}", largest=size, ratio=ratio)
        else:
            yield voice.say(f"weigh.{_kind(how)}")
        if not how.equal:
            yield voice.say("weigh.digits", digits=how.digits)
    if node.lower:
        yield voice.say("node.lower", parts=voice.listed(item_label(voice, child) for child in node.lower))
    if node.of_cohort:
        over = voice.listed(voice.group_label(column) for column in node.over)
        yield voice.say("node.over", over=over) if over else voice.say("node.over_all")


def _kind(how: Weighting) -> str:
    if how.entropy is not None:
        return f"entropy.{how.entropy.of}"
    return "critic" if how.critic else "equal"


def item_label(voice: Voice, name: str) -> str:
    """The title of an item or node."""
    return voice.score_title(name) or voice.label(name)


def total_words(voice: Voice, population: str) -> str:
    """Say how the total is made: base, factor, bonuses, deductions, bounds, digits."""
    total = voice.plan.total(population)
    if total is None:
        return ""
    path = voice.plan.total_path(population)
    names = voice.listed(item_label(voice, name) for name in total.of) if total.of else voice.say("all_scores")
    taken = "only" if total.take == "sum" and total.of and len(total.of) == 1 else total.take
    said = voice.say(f"node.{taken}", parts=names)
    if total.factor is not None:
        said = voice.say("total.factor", base=said, factor=voice.formula(f"{path}.factor"))
    said = voice.say("total.plus", base=said) if total.bonuses else said
    said = voice.say("total.minus", base=said) if total.deductions else said
    cap = "" if total.cap is None else voice.say("score.cap", number=written(total.cap))
    floor = "" if total.floor is None else voice.say("score.floor", number=written(total.floor))
    return voice.joined([said, cap, floor, voice.digits(total.digits)])


def addition_words(voice: Voice, path: str, one: Addition) -> str:
    """Say a bonus or deduction: its condition, its points, its cap."""
    title = voice.pick(one.title, one.title_en)
    number = voice.formula(f"{path}.points")
    plain = number.replace(".", "", 1).isdigit()
    points = voice.say("points", number=number if plain else f"({number})")
    if one.cap is not None:
        points += voice.say("addition.cap", cap=written(one.cap))
    if one.where is None:
        return voice.say("addition", title=title, points=points)
    return voice.say("addition.where", title=title, where=voice.formula(f"{path}.where"), points=points)


def addition_lines(voice: Voice, population: str, kind: str) -> list[str]:
    """Say all bonuses or all deductions of a population's total, with their common cap last."""
    total = voice.plan.total(population)
    if total is None:
        return []
    additions: Mapping[str, Addition] = getattr(total, kind)
    cap = total.bonus_cap if kind == "bonuses" else total.deduction_cap
    path = f"{voice.plan.total_path(population)}.{kind}"
    lines = [addition_words(voice, f"{path}.{name}", one) for name, one in additions.items()]
    return [*lines, voice.say("addition.sum_cap", cap=written(cap))] if lines and cap is not None else lines
