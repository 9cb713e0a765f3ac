"""Moves after the ranking: each kind, lists with documents, vetoes, landlords, parcel-mates, and the log of all of it."""

from __future__ import annotations

import random
from functools import partial

import polars as pl
import pytest

from jiqun.methods import exact
from jiqun.methods.evaluate import evaluate
from jiqun.problems import ProblemsError

ENGINES = pytest.mark.parametrize("engine", ["polars", "duckdb"])
HEAD = """
kind: method
populations: {all_firms: {title: 全部, where: revenue is missing or revenue > 0}}
exceptions:
  utility: {title: 公用, where: industry == "44", effect: scored_not_graded, treated_as: B}
  young: {title: 新企业, where: industry == "99", effect: exempt}
  rising: {title: 小升规, where: industry == "55", effect: protected, treated_as: B, clause: 第九条}
measures: {tax_figure: {title: 税收, formula: revenue, unit: 万元, digits: 0}}
scores: {all: {tax_figure: {value: true, digits: 0}}}
totals: {all: {digits: 0}}
grades:
  all:
    classes: [A, B, C, D]
    cuts: [{grade: A, at_least: 4}, {grade: B, at_least: 3, less_than: 4}, {grade: C, at_least: 2, less_than: 3}, {grade: D, less_than: 2}]
moves:
"""
VALUE = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0, "-": None}


def firms(grades, **more):
    rows = []
    for place, grade in enumerate(grades):
        row = {
            "enterprise": "abcdefghijklmnopqrstuvwxyz"[place],
            "year": 2022,
            "industry": "30",
            "revenue": VALUE[grade],
            "profit": 0.0,
            "landlord": None,
            "parcel": None,
        }
        rows.append(row | {name: values[place] for name, values in more.items()})
    kinds = {
        "enterprise": pl.String,
        "year": pl.Int64,
        "industry": pl.String,
        "revenue": pl.Float64,
        "profit": pl.Float64,
        "landlord": pl.String,
        "parcel": pl.String,
    }
    return pl.DataFrame(rows, schema=kinds)


def listed(*rows):
    names = ("enterprise", "kind", "grade", "steps", "reason", "document")
    kinds = {
        "enterprise": pl.String,
        "year": pl.Int64,
        "kind": pl.String,
        "grade": pl.String,
        "steps": pl.Int64,
        "reason": pl.String,
        "document": pl.String,
    }
    return pl.DataFrame([{"year": 2022, **dict(zip(names, row, strict=False))} for row in rows], schema=kinds)


def moved(plan, table, engine="polars", lists=None):
    tables = {"enterprise_year": table} | ({} if lists is None else {"adjustment": lists})
    return evaluate(plan, tables, engine=engine)


def text(result, name="grade"):
    return "".join(one or "-" for one in result.trace[name].cast(pl.String).to_list())


def log(result, *names):
    return [tuple(row[name] for name in names) for row in result.moves.iter_rows(named=True)]


@ENGINES
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{move: fix, to: A}", "AAAAA"), ("{move: raise}", "AABC-"), ("{move: raise, steps: 2}", "AAAB-"),
        ("{move: lower}", "BCDD-"), ("{move: lower, steps: 9}", "DDDD-"), ("{move: veto, to: D}", "DDDD-"),
        ("{move: not_below, to: B}", "ABBB-"), ("{move: not_above, to: C}", "CCCD-"),
    ],
)  # fmt: skip
def test_each_kind_of_move_with_a_condition(plan_of, engine, rule, expected):
    """Only a fix gives a grade to those who have none."""
    plan = plan_of(HEAD + f"  one: {rule[:-1]}, title: 调, where: profit >= 0}}")
    result = moved(plan, firms("ABCD-"), engine)
    assert text(result) == expected
    assert text(result, "grade__ranked") == "ABCD-"


@ENGINES
def test_a_condition_that_is_false_or_unknown_moves_nothing_and_the_unknown_is_logged(plan_of, engine):
    plan = plan_of(HEAD + "  down: {title: 降, move: lower, where: profit < 0, clause: 第八条}")
    result = moved(plan, firms("ABC-", profit=[-1.0, 1.0, None, None]), engine)
    assert text(result) == "BBC-"
    assert log(result, "enterprise", "order", "move", "from", "to", "reason", "clause") == [
        ("a", 1, "down", "A", "B", "rule", "第八条"),
        ("c", 1, "down", "C", "C", "unknown", "第八条"),
    ]


@ENGINES
def test_tongling_gains_three_a_by_its_lists_after_the_cut_of_755(plan_of, engine):
    """METHODS §5.2: 20/45/30/5 of 755 is 151/340/226/38; with three firms raised to A the published A is 154."""
    rule = HEAD[: HEAD.index("grades:")] + (
        'grades: {all: {classes: [A, B, C, D], quota: {shares: {A: "0.2", B: "0.45", C: "0.3", D: "0.05"}}}}\n'
        "moves: {up: {title: 提档, move: raise, listed: raise}}"
    )
    table = pl.DataFrame(
        {
            "enterprise": [f"{one:03}" for one in range(755)],
            "year": 2022,
            "industry": "30",
            "revenue": [1000.0 - one for one in range(755)],
        }
    )
    lists = listed(*((f"{one}", "raise", None, None, "国家级", "文1") for one in (151, 200, 300)))
    result = moved(plan_of(rule), table, engine, lists)
    ranked = dict(result.trace["grade__ranked"].cast(pl.String).value_counts().iter_rows())
    final = dict(result.trace["grade"].cast(pl.String).value_counts().iter_rows())
    assert ranked == {"A": 151, "B": 340, "C": 226, "D": 38}
    assert final == {"A": 154, "B": 337, "C": 226, "D": 38}


LISTS = (
    HEAD
    + """
  fixed: {title: 定档, move: fix, listed: fix, clause: 第五条}
  up: {title: 提档, move: raise, listed: raise}
  down: {title: 降档, move: lower, listed: lower}
"""
)


@ENGINES
def test_a_list_uses_its_own_grade_and_steps_and_keeps_reason_and_document(plan_of, engine):
    rows = listed(
        ("d", "fix", "A", None, "重点企业", "文1"), ("e", "fix", "C", None, "首次评价", "文2"),
        ("c", "raise", None, 2, "小巨人", "文3"), ("b", "raise", None, None, None, None), ("a", "raise", None, 1, "已是最好", "文4"),
        ("b", "lower", "D", None, "事故", "文5"),
    )  # fmt: skip
    result = moved(plan_of(LISTS), firms("ABCD-"), engine, rows)
    assert text(result) == "ADAAC"
    assert log(result, "enterprise", "order", "from", "to", "reason", "document", "clause") == [
        ("a", 2, "A", "A", "已是最好", "文4", ""), ("b", 2, "B", "A", "rule", "", ""), ("b", 3, "A", "D", "事故", "文5", ""),
        ("c", 2, "C", "A", "小巨人", "文3", ""), ("d", 1, "D", "A", "重点企业", "文1", "第五条"), ("e", 1, None, "C", "首次评价", "文2", "第五条"),
    ]  # fmt: skip


def test_a_listed_subject_on_which_nothing_could_act_is_told(plan_of):
    rows = listed(
        ("a", "raise", None, 1, "r", "d"),
        ("e", "raise", None, 1, "r", "d"),
        ("x", "raise", None, 1, "r", "d"),
        ("a", "praise", None, 1, "r", "d"),
    )
    result = moved(plan_of(LISTS), firms("BBBB-"), lists=rows)
    assert text(result) == "ABBB-"
    told = [(one.code, one.place.item) for one in result.problems if one.code in ("METHOD-066", "METHOD-067")]
    assert told == [("METHOD-066", ""), ("METHOD-067", "e"), ("METHOD-067", "x")]


def test_rows_of_other_years_do_not_count(plan_of):
    rows = listed(("a", "raise", None, 1, "r", "d")).with_columns(year=pl.lit(2021, pl.Int64))
    assert text(moved(plan_of(LISTS), firms("B"), lists=rows)) == "B"


def test_every_row_of_a_list_that_cannot_be_applied_is_told_at_once(plan_of):
    rows = listed(
        ("a", "fix", "E", None, "r", "d"), ("b", "fix", None, None, "r", "d"), ("c", "raise", None, -1, "r", "d"),
        ("d", "lower", None, 1, "r", "d"), ("d", "lower", None, 2, "r", "d"),
    )  # fmt: skip
    with pytest.raises(ProblemsError) as caught:
        moved(plan_of(LISTS), firms("ABCD"), lists=rows)
    assert [(one.code, one.place.item) for one in caught.value.problems] == [
        ("METHOD-063", "a"), ("METHOD-064", "b"), ("METHOD-065", "c"), ("METHOD-062", "d"),
    ]  # fmt: skip
    assert "E" in caught.value.problems[0].what("zh") and "A、B、C、D" in caught.value.problems[0].what("zh")


@ENGINES
def test_a_veto_locks_against_every_later_rise_but_not_against_a_fall(plan_of, engine):
    moves = """
  out: {title: 否决, move: veto, to: C, where: profit < 0}
  up: {title: 提档, move: raise, where: profit <= 0}
  floor: {title: 保底, move: not_below, to: B, where: profit <= 0}
  fixed: {title: 定档, move: fix, listed: fix}
  last: {title: 降档, move: lower, listed: lower}
"""
    rows = listed(("a", "fix", "A", None, "r", "文1"), ("a", "lower", None, 1, "r", "文2"))
    result = moved(plan_of(HEAD + moves), firms("ACC", profit=[-1.0, 0.0, 1.0]), engine, rows)
    assert text(result) == "DBC"
    assert log(result, "enterprise", "move", "from", "to", "reason") == [
        ("a", "out", "A", "C", "rule"), ("a", "up", "C", "C", "locked"), ("a", "floor", "C", "C", "locked"),
        ("a", "fixed", "C", "C", "locked"), ("a", "last", "C", "D", "r"), ("b", "up", "C", "B", "rule"),
    ]  # fmt: skip


@ENGINES
def test_the_order_of_moves_matters(plan_of, engine):
    up = "  up: {title: 提档, move: raise, where: profit >= 0}\n"
    out = "  out: {title: 否决, move: not_above, to: C, where: profit >= 0}\n"
    assert text(moved(plan_of(HEAD + up + out), firms("AD"), engine)) == "CC"
    assert text(moved(plan_of(HEAD + out + up), firms("AD"), engine)) == "BC"


@ENGINES
def test_a_condition_on_the_grade_reads_the_grade_before_its_own_move(plan_of, engine):
    moves = (
        '  one: {title: 一, move: raise, where: grade == "C"}\n  two: {title: 二, move: raise, where: grade == "B"}\n'
    )
    assert text(moved(plan_of(HEAD + moves), firms("CBD"), engine)) == "AAD"


@ENGINES
def test_a_tenant_takes_its_landlords_grade_and_an_unknown_landlord_is_logged(plan_of, engine):
    rule = plan_of(HEAD + "  tenant: {title: 随房东, move: inherit, inherit: {from_subject: landlord}}")
    table = firms("ADCB-", landlord=["b", None, "z", "e", "a"])
    result = moved(rule, table, engine)
    assert text(result) == "DDCB-"
    assert log(result, "enterprise", "from", "to", "reason") == [
        ("a", "A", "D", "rule"),
        ("c", "C", "C", "unknown"),
        ("d", "B", "B", "unknown"),
    ]


@ENGINES
def test_landlords_of_landlords_are_read_as_they_were_before_the_move(plan_of, engine):
    rule = plan_of(HEAD + "  tenant: {title: 随房东, move: inherit, inherit: {from_subject: landlord}}")
    assert text(moved(rule, firms("ABC", landlord=["b", "c", "a"]), engine)) == "BCA"


@ENGINES
@pytest.mark.parametrize(("take", "expected"), [("worst", "CCCDA-"), ("best", "AAADA-")])
def test_parcel_mates_share_one_grade_and_those_without_parcel_keep_theirs(plan_of, engine, take, expected):
    rule = plan_of(HEAD + f"  mates: {{title: 同地块, move: share, share: {{group: parcel, take: {take}}}}}")
    table = firms("ABCDA-", parcel=["p", "p", "p", "q", None, "q"])
    assert text(moved(rule, table, engine)) == expected


@ENGINES
def test_a_protected_firm_ends_at_its_floor_unless_it_was_vetoed(plan_of, engine):
    moves = "  down: {title: 降, move: lower, where: profit < 0}\n  out: {title: 否决, move: veto, to: D, where: profit < -5}\n"
    table = firms("DCAB-", industry=["55", "55", "55", "30", "55"], profit=[0.0, -9.0, -1.0, -1.0, 0.0])
    result = moved(plan_of(HEAD + moves), table, engine)
    assert text(result) == "BDBC-"
    assert log(result, "enterprise", "order", "move", "from", "to", "reason", "clause")[0] == (
        "a",
        3,
        "rising",
        "D",
        "B",
        "protected",
        "第九条",
    )


@ENGINES
def test_a_fix_may_grade_those_only_scored_and_never_the_exempt(plan_of, engine):
    rows = listed(("a", "fix", "A", None, "r", "d"), ("b", "fix", "A", None, "r", "d"))
    result = moved(plan_of(LISTS), firms("CC", industry=["44", "99"]), engine, rows)
    assert text(result) == "A-"
    assert text(result, "treated_as") == "B-"


ALL = (
    HEAD
    + """
  fixed: {title: 定, move: fix, listed: fix}
  mates: {title: 地, move: share, share: {group: parcel, take: worst}, where: profit >= -2}
  out: {title: 否, move: veto, to: D, where: profit < -3}
  up: {title: 提, move: raise, listed: raise, where: profit > -4}
  tenant: {title: 租, move: inherit, inherit: {from_subject: landlord}, where: grade != "A"}
  floor: {title: 底, move: not_below, to: C, where: profit > 0}
  top: {title: 顶, move: not_above, to: B, listed: lower}
"""
)


def randomly_listed(seed):
    """Firms and a list of their own: nobody of another seed is their landlord or shares their land."""
    chance = random.Random(seed)
    some = partial(chance.choices, k=26)
    names = "abcdefghijklmnopqrstuvwxyz"
    table = firms(some("ABCD-"), industry=some(["30", "30", "44", "55", "99", None]), profit=some([None, *map(float, range(-6, 4))]), landlord=some([None, "zz", *names]), parcel=some([None, "p", "q", "r"]))  # fmt: skip
    rows = listed(*((name, kind, chance.choice([None, *"ABCD"]) if kind == "lower" else chance.choice("ABCD") if kind == "fix" else None, chance.choice([None, 1, 2]), chance.choice([None, "r"]), "d") for name in names for kind in ("fix", "raise", "lower") if chance.random() < 0.3))  # fmt: skip
    own = pl.col("enterprise", "landlord", "parcel") + f"-{seed}"
    return table.with_columns(own), rows.with_columns(pl.col("enterprise") + f"-{seed}")


@ENGINES
def test_random_lists_and_moves_equal_the_exact_evaluator(plan_of, engine):
    plan = plan_of(ALL)
    table, rows = map(pl.concat, zip(*map(randomly_listed, range(5)), strict=True))
    result = moved(plan, table, engine, rows)
    expected = exact.evaluate(plan, result.gathered, adjustments=rows)
    for row in result.trace.iter_rows(named=True):
        one = expected[row["enterprise"]]
        assert (row["grade"], row["grade__ranked"]) == (one.row["grade"], one.row["grade__ranked"]), row["enterprise"]
        lines = [(x.order, x.move, x.from_grade, x.to_grade, x.reason, x.document) for x in one.moves]
        own = result.moves.filter(pl.col("enterprise") == row["enterprise"])
        assert [
            (x["order"], x["move"], x["from"], x["to"], x["reason"], x["document"]) for x in own.iter_rows(named=True)
        ] == lines


@ENGINES
def test_a_listed_rise_that_names_a_grade_and_no_steps_goes_to_that_grade_and_never_down(plan_of, engine):
    rows = listed(
        ("d", "raise", "A", None, "r", "d"), ("a", "raise", "C", None, "r", "d"), ("b", "lower", "D", None, "r", "d")
    )
    assert text(moved(plan_of(LISTS), firms("ABCD"), engine, rows)) == "ADCA"
