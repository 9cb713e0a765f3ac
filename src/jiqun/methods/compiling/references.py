"""Whether everything a method points to within itself exists and fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from jiqun.expressions import NumberType, TextType, Type
from jiqun.expressions.nearest import nearest
from jiqun.methods.compiling.numbers import benchmark_names
from jiqun.methods.compiling.plan import Plan, all_scores
from jiqun.packs.models.method import ALL, Grade, Method, Score
from jiqun.problems import Place, Problem, problem
from jiqun.values import exact

FIGURES = (
    "status", "population", "exception", "exception_unknown", "factor", "total", "pool", "rank", "grade", "treated_as",
)  # fmt: skip
Where = Callable[[str], Place]
_KINDS = {
    "population": "评价对象类别",
    "measure": "指标",
    "column": "列",
    "benchmark": "基准",
    "score": "得分项",
    "criterion": "条件",
    "grade": "档次",
    "entitlement": "差别化措施",
}
Reference = tuple[str, str, str, Iterable[str]]  # path, zh/en kind of thing, name, known names


def reference_faults(method: Method, names: Mapping[str, Type], at: Where) -> list[Problem]:
    """Return every reference to nothing, number that its digits cannot hold, and circle in a compiled method."""
    faults = [
        problem("METHOD-007", at(path), name=name, kind=kind, kind_zh=_KINDS[kind], nearest=nearest(name, known))
        for path, kind, name, known in _references(method, names)
        if name not in set(known)
    ]
    faults += _kinds(method, names, at)
    faults += _digits(method, at)
    faults += _circles(method, at)
    return faults


def used_columns(plan: Plan) -> tuple[str, ...]:
    """Columns of the evaluated table that the method reads: the subject first, then in the order of the contract."""
    method = plan.method
    used = {name for path, typed in plan.formulas.items() if not path.startswith("inputs.") for name in typed.names}
    used |= {name.removeprefix("-") for _, kind, name, _ in _references(method, plan.names) if kind == "column"}
    used -= {name for name, one in method.inputs.items() if one.column != name}
    used |= {one.ancestor.column for one in method.inputs.values() if one.ancestor is not None}
    used |= {one.lookup.key for one in method.inputs.values() if one.lookup is not None}
    used |= {one.rollup.key for one in method.inputs.values() if one.rollup is not None and one.rollup.key is not None}
    for one in method.inputs.values():
        table, _, name = (one.column or "").rpartition(".")
        if table in ("", method.evaluates.table) and one.earlier == 0:
            used.add(name)
    own = plan.contracts[method.evaluates.table].column_names
    return (plan.subject, *(name for name in own if name in used and name != plan.subject))


def hidden_figures(plan: Plan, at: Where) -> list[Problem]:
    """Columns that a method reads must not have the name of a figure of the trace."""
    faults = []
    for name in (*used_columns(plan), *plan.method.inputs):
        if name in FIGURES or "__" in name:
            place = at(f"inputs.{name}" if name in plan.method.inputs else "evaluates.table")
            faults.append(problem("METHOD-017", place, name=name))
    return faults


def _references(method: Method, names: Mapping[str, Type]) -> Iterator[Reference]:
    figures = (*method.measures, *method.prepared)
    populations = tuple(method.populations)
    for section in ("scores", "totals", "grades"):
        for key in getattr(method, section):
            yield f"{section}.{key}", "population", key, (*populations, ALL)
    for section in ("exceptions", "moves"):
        for key, one in getattr(method, section).items():
            for name in one.populations or ():
                yield f"{section}.{key}.populations", "population", name, populations
    for key, prepared in method.prepared.items():
        yield f"prepared.{key}.measure", "measure", prepared.measure, figures
        for name in prepared.over:
            yield f"prepared.{key}.over", "column", name, names
    for key, benchmark in method.benchmarks.items():
        if benchmark.lookup is not None:
            yield f"benchmarks.{key}.lookup.key", "column", benchmark.lookup.key, names
        if benchmark.statistic is not None:
            statistic = benchmark.statistic
            known = (*figures, "total") if method.totals else figures
            yield f"benchmarks.{key}.statistic.measure", "measure", statistic.measure, known
            for name in statistic.over:
                yield f"benchmarks.{key}.statistic.over", "column", name, names
            if statistic.otherwise is not None:
                yield f"benchmarks.{key}.statistic.otherwise", "benchmark", statistic.otherwise, method.benchmarks
    yield from _score_references(method, names, figures)
    yield from _result_references(method, names)


def _score_references(method: Method, names: Mapping[str, Type], figures: tuple[str, ...]) -> Iterator[Reference]:
    for path, item, score in all_scores(method):
        for name in benchmark_names(score):
            yield f"{path}.{score.kind}", "benchmark", name, method.benchmarks
        if score.choice is not None:
            yield f"{path}.choice.by", "column", score.choice.by, names
        elif score.options is not None:
            yield f"{path}.measure", "column", score.measure or item, names
        elif score.flag is None and score.cases is None:
            yield f"{path}.measure", "measure", score.measure or item, figures
        if score.rank is not None:
            for name in score.rank.over:
                yield f"{path}.rank.over", "column", name, names
    for population in method.populations:
        items = (*method.scores_of(population), *method.nodes)
        total = method.total_of(population)
        for name in (total.of or ()) if total is not None else ():
            yield f"totals.{population}.of", "score", name, items
    scored = {item for scores in method.scores.values() for item in scores}
    for key, node in method.nodes.items():
        for name in (*node.of, *(node.weights or {})):
            yield f"nodes.{key}.of", "score", name, (*scored, *method.nodes)
        for name in node.over:
            yield f"nodes.{key}.over", "column", name, names


def _result_references(method: Method, names: Mapping[str, Type]) -> Iterator[Reference]:
    tests = (*method.criteria, *method.requirements)
    for key, criterion in method.criteria.items():
        if criterion.recorded is not None:
            yield f"criteria.{key}.recorded", "column", criterion.recorded, names
    for key, requirement in method.requirements.items():
        for name in (*(requirement.all or ()), *(requirement.any or ()), *(requirement.of or ())):
            yield f"requirements.{key}", "criterion", name, tests
    classes: dict[str, None] = {}
    for key, grade in method.grades.items():
        classes.update(dict.fromkeys(grade.classes))
        yield from _grade_references(f"grades.{key}", grade, grade.classes, names, tests, method.benchmarks)
    for key, one in method.exceptions.items():
        if one.unless is not None:
            yield f"exceptions.{key}.unless", "criterion", one.unless, tests
        if one.treated_as is not None and classes:
            yield f"exceptions.{key}.treated_as", "grade", one.treated_as, classes
    for key, move in method.moves.items():
        if move.to is not None:
            yield f"moves.{key}.to", "grade", move.to, classes
        if move.inherit is not None:
            yield f"moves.{key}.inherit", "column", move.inherit.from_subject, names
        if move.share is not None:
            yield f"moves.{key}.share", "column", move.share.group, names
    for key, entitlement in method.entitlements.items():
        for column in entitlement.budget.over if entitlement.budget is not None else ():
            yield f"entitlements.{key}.budget.over", "column", column, names
        for name in entitlement.budget.order if entitlement.budget is not None else ():
            yield f"entitlements.{key}.budget.order", "column", name.removeprefix("-"), names
        for name in entitlement.grades:
            yield f"entitlements.{key}.grades", "grade", name, classes
    for key, ceiling in method.ceilings.items():
        for name in ceiling.of:
            yield f"ceilings.{key}.of", "entitlement", name, method.entitlements
    for key, shared in method.budgets.items():
        for name in shared.of:
            yield f"budgets.{key}.of", "entitlement", name, method.entitlements
        for column in (*shared.over, *(name.removeprefix("-") for name in shared.order)):
            yield f"budgets.{key}", "column", column, names


def _grade_references(
    path: str,
    grade: Grade,
    classes: tuple[str, ...],
    names: Mapping[str, Type],
    tests: tuple[str, ...],
    benchmarks: Collection[str],
) -> Iterator[Reference]:
    used = [(f"{path}.classes", name) for name in grade.classes]
    if grade.quota is not None:
        quota = grade.quota
        for section in ("shares", "places", "least", "most", "class_rounding", "minimum"):
            used += [(f"{path}.quota.{section}.{name}", name) for name in getattr(quota, section)]
        used += [(f"{path}.quota.rest", quota.rest)] if quota.rest else []
        yield f"{path}.quota.of", "column", quota.of, names
        for name in (*quota.pools, *(one.removeprefix("-") for one in quota.ties.by)):
            yield f"{path}.quota", "column", name, names
        for at, limit in enumerate(quota.per_group):
            here = f"{path}.quota.per_group" + (f".{at}" if len(quota.per_group) > 1 else "")
            used += [(f"{here}.most.{name}", name) for name in limit.most]
            yield f"{here}.by", "column", limit.by, names
        if quota.small_pool is not None:
            small = quota.small_pool
            used += [(f"{path}.quota.small_pool.grade", small.grade)] if small.grade else []
            used += [(f"{path}.quota.small_pool.cuts.{at}", cut.grade) for at, cut in enumerate(small.cuts or ())]
            for name in quota.small_pool.wider or ():
                yield f"{path}.quota.small_pool.wider", "column", name, names
    if grade.cuts is not None:
        used += [(f"{path}.cuts.{at}", cut.grade) for at, cut in enumerate(grade.cuts)]
        yield f"{path}.cuts_of", "column", grade.cuts_of, names
        for at, cut in enumerate(grade.cuts):
            for name in cut.held:
                yield f"{path}.cuts.{at}", "benchmark", name, benchmarks
    if grade.ladder is not None:
        used += [(f"{path}.ladder.otherwise", grade.ladder.otherwise)] if grade.ladder.otherwise else []
        for at, rung in enumerate(grade.ladder.rungs):
            used.append((f"{path}.ladder.rungs.{at}", rung.grade))
            yield f"{path}.ladder.rungs.{at}", "criterion", rung.requires, tests
    for where, name in used:
        yield where, "grade", name, classes
    for index, part in enumerate(grade.lowest_of or ()):
        yield from _grade_references(f"{path}.lowest_of.{index}", part, classes, names, tests, benchmarks)


def _kinds(method: Method, names: Mapping[str, Type], at: Where) -> Iterator[Problem]:
    """Choices and options read texts."""
    for path, item, score in all_scores(method):
        name = score.choice.by if score.choice is not None else (score.measure or item)
        if score.choice is None and score.options is None:
            continue
        kind = names.get(name)
        if kind is not None and not isinstance(kind, TextType):
            yield problem("METHOD-006", at(path), formula=name, wanted_zh="文字", wanted_en="a text")
    for key, criterion in method.criteria.items():
        kind = names.get(criterion.recorded or "")
        if isinstance(kind, (NumberType, TextType)):
            yield problem(
                "METHOD-006", at(f"criteria.{key}.recorded"), formula=criterion.recorded, wanted_zh="是非",
                wanted_en="a truth value",
            )  # fmt: skip


def _digits(method: Method, at: Where) -> Iterator[Problem]:
    """Points that are taken as written must be sayable in the decimals of their score."""
    for path, _, score in all_scores(method):
        for name, text in _written_points(score):
            if (exact(text) * 10**score.digits).denominator != 1:
                yield problem("METHOD-009", at(f"{path}.{name}"), value=text, digits=score.digits)
        for inner in score.choice.options.values() if score.choice is not None else ():
            if inner.digits > score.digits:
                yield problem("METHOD-009", at(f"{path}.choice"), value=f"{inner.digits} digits", digits=score.digits)
        if score.around is not None and exact(score.around.zero_at) <= 0:
            yield problem("METHOD-011", at(f"{path}.around"), value=score.around.zero_at)
        if score.count is not None and exact(score.count.every) <= 0:
            yield problem("METHOD-011", at(f"{path}.count"), value=score.count.every)
        if score.efficacy is not None and len(score.efficacy.standards) != len(score.efficacy.coefficients):
            count = f"{len(score.efficacy.standards)} / {len(score.efficacy.coefficients)}"
            yield problem("METHOD-012", at(f"{path}.efficacy"), count=count)
    yield from _node_limits(method, at)


def _node_limits(method: Method, at: Where) -> Iterator[Problem]:
    for name, node in method.nodes.items():
        for key, text in (("cap", node.cap), ("floor", node.floor)):
            if text is not None and (exact(text) * 10**node.digits).denominator != 1:
                yield problem("METHOD-009", at(f"nodes.{name}.{key}"), value=text, digits=node.digits)


def _written_points(score: Score) -> Iterator[tuple[str, str]]:
    for name in ("cap", "floor", "not_positive"):
        text = getattr(score, name)
        if text is not None:
            yield name, text
    if score.cap_times is not None:
        product = exact(score.cap_times) * exact(score.weight)
        yield "cap_times", f"{product.numerator}" if product.denominator == 1 else str(float(product))
    if score.missing not in ("unknown", "cohort_mean_score"):
        yield "missing", score.missing
    if score.flag is not None:
        yield "flag", score.flag.points
        yield "flag", score.flag.otherwise
    if score.cases is not None:
        yield "cases", score.cases.otherwise
        for index, case in enumerate(score.cases.of):
            yield f"cases.of.{index}", case.points
    for band in score.bands or ():
        yield "bands", band.points


def _circles(method: Method, at: Where) -> Iterator[Problem]:
    """Nodes, requirements and `otherwise` benchmarks must not come back to themselves."""
    nodes = {key: tuple(name for name in one.of if name in method.nodes) for key, one in method.nodes.items()}
    trees = {key: (*(one.all or ()), *(one.any or ()), *(one.of or ())) for key, one in method.requirements.items()}
    instead = {
        key: (one.statistic.otherwise,)
        for key, one in method.benchmarks.items()
        if one.statistic is not None and one.statistic.otherwise is not None
    }
    for section, graph in (("nodes", nodes), ("requirements", trees), ("benchmarks", instead)):
        told: set[str] = set()  # one problem for a circle, at the part of it that is written first
        for key in graph:
            if key not in told and _reaches(graph, key, key, frozenset()):
                told |= {one for one in graph if _reaches(graph, key, one, frozenset())}
                yield problem("METHOD-010", at(f"{section}.{key}"), name=key)


def _reaches(graph: Mapping[str, tuple[str, ...]], start: str, wanted: str, seen: frozenset[str]) -> bool:
    for following in graph.get(start, ()):
        if following == wanted:
            return True
        if following not in seen and _reaches(graph, following, wanted, seen | {start, following}):
            return True
    return False
