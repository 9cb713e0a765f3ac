"""`jiqun ladder --editions`: the same firms under every edition of a rung's rule, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import click

from jiqun.cli.output import print_table, say
from jiqun.cli.speech import both, language
from jiqun.methods.ladder import Assessment, Evaluated, SideBySide
from jiqun.methods.ladder.words import criterion_title, edition_words, lacking_words, phrase, rung_title


def print_editions(evaluated: Evaluated, found: Sequence[SideBySide], rung: str, most: int) -> None:
    """Print how many firms fare how under each edition, then firm by firm what differs."""
    spoken = language()
    title = rung_title(evaluated.ladder, rung, spoken)
    if not found:
        say(f"没有企业申报、持有或接近“{title}”。", f"No firm applied for, holds or is next to “{title}”.")
        return
    editions = list(found[0].assessments)
    say(f"{title}：同一批企业按各版本分别自评", f"{title}: the same firms under every edition")
    counted = Counter(tuple(_advice(one.assessments[key]) for key in editions) for one in found)
    heads = [*(_edition(key) for key in editions), both("户数", "firms")]
    print_table(heads, [(*said, number) for said, number in counted.most_common()], right=[len(editions)], indent="  ")
    click.echo()
    heads = [
        both("企业", "firm"),
        both("名称", "name"),
        both("申报性质", "case"),
        both("适用", "applies"),
        *(_edition(key) for key in editions),
        *(both(f"{_edition(key)}不满足", f"not met in {_edition(key)}") for key in editions),
    ]
    right = list(range(4 + len(editions), 4 + 2 * len(editions)))
    print_table(heads, [_row(one, editions) for one in found[:most]], right=right, indent="  ")
    if len(found) > most:
        say(f"  …另有 {len(found) - most} 家（--most）", f"  … and {len(found) - most} more (--most)")


def print_firm_editions(evaluated: Evaluated, one: SideBySide) -> None:
    """Print every criterion of every edition for one firm, and which edition judges its case."""
    spoken = language()
    case = phrase(f"case.{one.case.case_type}", spoken)
    click.echo(f"{one.name or one.enterprise}　{one.enterprise}　{rung_title(evaluated.ladder, one.case.rung, spoken)}")
    applies = one.applies.edition or both("不能选定", "open")
    why = edition_words(one.applies, spoken)
    say(f"{case}，适用 {applies} 版：{why}", f"{case}, judged by edition {applies}: {why}")
    for key, assessment in one.assessments.items():
        mark = both("（适用）", " (applies)") if key == one.applies.edition else ""
        click.echo(f"\n{_edition(key)}{mark}　{_advice(assessment)}")
        rows = [
            (
                phrase(f"result.{state.standing}", spoken),
                criterion_title(assessment, state.name, spoken),
                lacking_words(assessment, state, spoken) if state.blocks else "",
            )
            for state in assessment.criteria
        ]
        print_table([both("结果", "result"), both("条件", "criterion"), both("还差什么", "missing")], rows, indent="  ")


def _row(one: SideBySide, editions: Sequence[str]) -> tuple[object, ...]:
    spoken = language()
    return (
        one.enterprise,
        one.name,
        phrase(f"case.{one.case.case_type}", spoken),
        _edition(one.applies.edition or "") if one.applies.method else both("不能选定", "open"),
        *(_advice(one.assessments[key]) for key in editions),
        *(_unmet(one.assessments[key]) for key in editions),
    )


def _unmet(one: Assessment) -> int:
    return sum(state.result == "unmet" for state in one.lacking)


def _advice(one: Assessment) -> str:
    return phrase(f"advice.{one.advice}", language())


def _edition(key: str) -> str:
    return both(f"{key}版", key) if key else both("现行版", "current")
