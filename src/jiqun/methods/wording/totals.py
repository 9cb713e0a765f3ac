"""Words for sums and means over points, and for the total."""

from __future__ import annotations

from collections.abc import Mapping

from jiqun.methods.wording.numbers import share_text, written
from jiqun.methods.wording.voice import Voice
from jiqun.packs.models.method import Addition
from jiqun.values import exact


def node_words(voice: Voice, name: str) -> str:
    """Say what a node is made of."""
    node = voice.plan.method.nodes[name]
    weights = node.weights or {}
    parts = [
        voice.say("node.weighted", name=item_label(voice, child), weight=written(weights[child]))
        if child in weights
        else item_label(voice, child)
        for child in node.of
    ]
    said = [voice.say(f"node.{node.take}", parts=voice.listed(parts))]
    if node.missing == "available":
        said.append(voice.say("node.available"))
        if exact(node.least_share) > 0:
            said.append(voice.say("node.least", share=share_text(node.least_share)))
    return voice.joined([*said, voice.say("digits", digits=node.digits)])


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
    said = voice.say(f"node.{total.take}", parts=names)
    if total.factor is not None:
        said = voice.say("total.factor", base=said, factor=voice.formula(f"{path}.factor"))
    said = voice.say("total.plus", base=said) if total.bonuses else said
    said = voice.say("total.minus", base=said) if total.deductions else said
    cap = "" if total.cap is None else voice.say("score.cap", number=written(total.cap))
    floor = "" if total.floor is None else voice.say("score.floor", number=written(total.floor))
    return voice.joined([said, cap, floor, voice.say("digits", digits=total.digits)])


def addition_words(voice: Voice, path: str, one: Addition) -> str:
    """Say a bonus or deduction: its condition, its points, its cap."""
    title = voice.pick(one.title, one.title_en)
    points = voice.say("points", number=voice.formula(f"{path}.points"))
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
