"""Which numbers of the law book a method reads, and which methods read a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from jiqun.packs import LawBook, Method, Parameter
from jiqun.packs.models.method import Benchmark, Input
from jiqun.problems import Language


def parameters_of(method: Method, book: LawBook) -> list[str]:
    """Return the ids of the series a method reads, in the order of the book: named by it, or looked up by a column."""
    return _read(method, book.parameter_ids)


def _read(method: Method, ids: Iterable[str]) -> list[str]:
    sources = [one for _, one in _sources(method)]
    named = {one.parameter for one in sources}
    looked_up = tuple(f"{one.lookup.parameter}." for one in sources if one.lookup is not None)
    return [id_ for id_ in ids if id_ in named or (looked_up and id_.startswith(looked_up))]


def _sources(method: Method) -> list[tuple[str, Benchmark | Input]]:
    return [*method.inputs.items(), *method.benchmarks.items()]


def methods_reading(book: LawBook, parameters: Iterable[Parameter]) -> list[Method]:
    """Return the methods that read a series of these parameters, by id and edition."""
    ids = {name for one in parameters for name in one.series()} & set(book.parameter_ids)
    return [one for one in _methods(book) if _read(one, ids)]


def _methods(book: LawBook) -> Iterator[Method]:
    for one in book.objects("method"):
        if isinstance(one.model, Method):
            yield one.model


def series_titles(book: LawBook, parameter: Parameter, language: Language) -> dict[str, str]:
    """Return key → title of a parameter's series, as the classification of its keys or the rules that read it say."""
    keys = list(parameter.table or ())
    found: dict[str, str] = {}
    for rule in methods_reading(book, [parameter]) if keys else ():
        found |= {key: title for key, title in _named_in(rule, parameter.id, language) if key in keys}
    often = Counter(found.values())
    found = {key: title if often[title] == 1 else f"{title} {key}" for key, title in found.items()}
    if parameter.of is not None and book.has("taxonomy", parameter.of):
        codes: Mapping[str, object] = book.taxonomy(parameter.of).on(None).codes
        for key in keys:
            entry = codes.get(key)
            name = entry and ((language == "en" and getattr(entry, "name_en", None)) or getattr(entry, "name", ""))
            found |= {key: str(name)} if name else {}
    return found


def _named_in(rule: Method, id_: str, language: Language) -> Iterator[tuple[str, str]]:
    at = "title" if language == "zh" else "title_en"
    for name, one in _sources(rule):
        if one.parameter is not None and one.parameter.startswith(f"{id_}."):
            said, measured = getattr(one, at, None), _measured(rule, name, at)
            title = f"{measured} {said}" if said and measured and said not in measured else said or measured
            if title:
                yield one.parameter.removeprefix(f"{id_}."), title


def _measured(rule: Method, benchmark: str, at: str) -> str | None:
    """The title of the measure that is held against a benchmark; with its population where that says which one."""
    if benchmark in rule.measures:
        return str(getattr(rule.measures[benchmark], at))
    for population, items in rule.scores.items():
        for item, score in items.items():
            if score.ratio is not None and score.ratio.to == benchmark and item in rule.measures:
                title = str(getattr(rule.measures[item], at))
                named = rule.populations.get(population)
                return title if named is None else f"{title} · {getattr(named, at)}"
    return None
