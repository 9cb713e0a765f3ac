"""The workbook of an evaluation: results, one sheet per indicator, summary, moves, the rule, problems."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.methods.wording.numbers import tried
from jiqun.methods.wording.phrases import joined
from jiqun.reports.indicators import indicator_sheets
from jiqun.reports.layout import Head, Page, Sheet
from jiqun.reports.results import moves_sheet, problems_sheet, results_sheet
from jiqun.reports.run import Evaluated
from jiqun.reports.summary import summary_sheet


def evaluation_sheets(run: Evaluated) -> Iterator[Sheet | Page]:
    """Lay the sheets of an evaluation out in their order, each when it is asked for: of a million firms one fits."""
    yield results_sheet(run)
    yield from indicator_sheets(run)
    yield summary_sheet(run)
    yield moves_sheet(run)
    if run.rule:
        yield Page(run.say("sheet.rule"), run.say("title.rule"), tuple(run.rule.splitlines()))
    yield problems_sheet(run)


def head_of(run: Evaluated) -> Head:
    """Say what was evaluated under which rule on which data, and whether it is official."""
    method, own = run.plan.method, tried(run.plan.overrides, run.language)
    facts = {
        "period": str(run.plan.period),
        "edition": method.edition or "",
        "method": method.id,
        "snapshot": run.snapshot,
        "run": run.run,
        "signed": run.sign_off.words(run.language) if run.official and run.sign_off is not None else "",
    }
    return Head(
        title=run.voice.pick(method.title, method.title_en),
        facts=tuple(run.say(f"fact.{name}", value=value) for name, value in facts.items() if value),
        state=joined([run.say("official" if run.official else "trial"), own], run.language),
        trial=not run.official,
        language=run.language,
    )
