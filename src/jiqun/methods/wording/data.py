"""Words for what is filled in for a rule: the tables by the ids that `jiqun template` takes, and their columns."""

from __future__ import annotations

from collections.abc import Iterator

from jiqun.methods.reads import results_read, tables_read
from jiqun.methods.wording.markdown import Row, table
from jiqun.methods.wording.voice import Voice


def data_rows(voice: Voice) -> Iterator[Row]:
    """Say every table that is filled in: its title, its id, and the columns that the rule reads."""
    say = voice.say
    for one in tables_read(voice.plan, voice.book):
        contract = one.contract
        titles = [voice.pick(column.title, column.title_en) for column in map(contract.column, one.columns)]
        made = [voice.pick(each.title, each.title_en) for each in one.made]
        said = [voice.listed(titles)] if titles else []
        said += [say("data.made", tables=voice.listed(made))] if made else []
        said += [say("data.schemes", names=voice.listed(one.schemes))] if one.schemes else []
        said += [say("data.register")] if contract.when_empty == "none" else []
        yield voice.pick(contract.title, contract.title_en), contract.id, voice.joined(said)


def results_words(voice: Voice) -> str:
    """Name the rules whose results this one reads; empty where it reads none."""
    method, say = voice.plan.method, voice.say
    before = [
        say("data.own_years") if id_ == method.id else say("data.rule", title=voice.method_title(id_), id=id_)
        for id_ in results_read(method)
    ]
    return say("data.results", rules=voice.listed(before)) if before else ""


def data_lines(voice: Voice) -> Iterator[str]:
    """Write the tables with their ids and columns, and the rules that go before."""
    say = voice.say
    yield from table((say("data.table"), say("data.id"), say("data.columns")), data_rows(voice))
    before = results_words(voice)
    yield from ("", before) if before else ()
    yield from ("", say("data.command", rule=voice.plan.method.id))
