"""Who is meant: every match has its reason, nothing is joined by a guess, and a person's word stands."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.ledger.conftest import ENTERPRISE, PARCEL, WHEN, YEARLY, Bring, code, contract

from jiqun import packs
from jiqun.ledger import Workspace, decide, latest, open_questions, row, undo
from jiqun.ledger.identity import reported_key, resolve
from jiqun.ledger.lineage import cells
from jiqun.ledger.names import normal_name, organisation_code
from jiqun.ledger.references import firm_columns
from jiqun.ledger.review import own_id
from jiqun.ledger.status import status
from jiqun.packs.models.table import ForeignKey
from jiqun.problems import ProblemsError

YUBEI, BANAN = "500112", "500113"
A, B, C, D = (code(n) for n in (1, 2, 3, 4))
GAOXIN = "1150010700927688XM"
REGISTER = pl.DataFrame(
    [
        (A, "重庆长江精密机械有限公司", "重庆长江机械厂;长江精工有限公司", YUBEI),
        (B, "重庆华兴电子有限责任公司", None, YUBEI),
        (C, "华兴电子有限公司", None, BANAN),
        (D, "渝州齿轮（集团）股份有限公司", None, YUBEI),
        (GAOXIN, "重庆高新技术产业开发区管理委员会", None, "500107"),
        ("demo-1", "示范企业一", None, YUBEI),
    ],
    schema=["enterprise", "name", "former_names", "district"],
    orient="row",
)
TEXTS = {"code": pl.String(), "name": pl.String(), "district": pl.String()}


def match(
    reported_code: str | None,
    name: str | None = None,
    district: str | None = None,
    register: pl.DataFrame = REGISTER,
    **more: object,
) -> tuple[str | None, str]:
    found = resolve(pl.DataFrame([(reported_code, name, district)], schema=TEXTS, orient="row"), register, **more)  # type: ignore[arg-type]
    if found.matched.height:
        return found.matched["enterprise"][0], found.matched["reason"][0]
    return None, found.open["why"][0]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((A, "随便什么名字", None), (A, "code")),
        ((f" {A.lower()} ", None, None), (A, "code")),
        (("DEMO-1", None, None), ("demo-1", "code")),
        ((code(99), "没有登记过的厂", YUBEI), (code(99), "valid_code")),
        (("00927688-X", None, None), (GAOXIN, "former_code")),
        (("50010700927688X", None, None), (GAOXIN, "former_code")),
        ((None, "重庆长江精密机械有限公司", None), (A, "name")),
        ((None, " 重庆长江精密机械 有限公司", YUBEI), (A, "name")),
        ((None, "长江精工有限公司", None), (A, "former_name")),
        ((None, "重庆市渝北区长江（精密）机械有限责任公司", "500112003"), (A, "name_and_district")),
        ((None, "渝州齿轮集团股份有限公司", YUBEI), (D, "name_and_district")),
        (("内部-007", "重庆华兴电子有限责任公司", YUBEI), (B, "name")),
    ],
)
def test_a_report_is_matched_with_its_reason(told: tuple[str | None, ...], expected: tuple[str, str]) -> None:
    assert match(*told) == expected


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ((None, "重庆**公司", YUBEI), "masked"),
        ((None, "重庆某某机械有限公司", YUBEI), "masked"),
        (("9150011200000****1", "重庆长江精密机械有限公司", YUBEI), "masked"),
        (("91310115MA1H8R7C6D", "重庆长江精密机械有限公司", YUBEI), "fake_code"),
        (("91500112000000001", "重庆长江精密机械有限公司", YUBEI), "fake_code"),
        ((None, None, YUBEI), "no_identity"),
        (("", "  ", None), "no_identity"),
        ((code(98), "重庆长江精密机械有限公司", YUBEI), "other_code"),
        ((None, "长江精密机械有限公司", None), "district_differs"),
        ((None, "重庆长江精密机械有限公司", BANAN), "district_differs"),
        ((None, "完全不认识的厂", YUBEI), "not_found"),
        (("内部-007", "完全不认识的厂", YUBEI), "not_found"),
        (("000000000", None, YUBEI), "not_found"),
    ],
)
def test_what_is_not_certain_stays_open(told: tuple[str | None, ...], why: str) -> None:
    assert match(*told) == (None, why)


def test_two_firms_of_one_name_in_one_district_are_ambiguous() -> None:
    twins = pl.concat([REGISTER, REGISTER.filter(pl.col("enterprise") == A).with_columns(enterprise=pl.lit(code(50)))])
    assert match(None, "重庆长江精密机械有限公司", YUBEI, twins) == (None, "ambiguous")
    assert match(None, "重庆市长江精密机械有限公司", YUBEI, twins) == (None, "ambiguous")


def test_the_same_normal_name_in_two_districts_is_told_apart_by_district() -> None:
    assert match(None, "重庆市华兴电子有限公司", YUBEI) == (B, "name_and_district")
    assert match(None, "重庆市华兴电子有限公司", BANAN) == (C, "name_and_district")


def test_only_the_register_takes_a_code_that_is_no_social_credit_code_as_an_id() -> None:
    assert match("F001", "新厂", YUBEI, registers=True) == ("F001", "local_id")
    assert match("F001", "新厂", YUBEI) == (None, "not_found")
    assert match("91310115MA1H8R7C6D", "新厂", YUBEI, registers=True) == (None, "fake_code")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("重庆长安汽车（集团）有限责任公司", "长安汽车集团有限公司", True),
        ("重庆市渝北区Ａ１机械有限公司", "重庆a1机械有限公司", True),
        ("黄岩模具有限公司", "黄岩模具股份有限公司", False),
        ("重庆机械有限公司", "重庆机电有限公司", False),
        ("重庆有限公司", "有限公司", False),
    ],
)
def test_names_are_equal_in_normal_form_only_where_they_may_be_one_firm(one: str, other: str, equal: bool) -> None:
    assert (normal_name(one) == normal_name(other)) is equal


def test_the_old_organisation_code_is_inside_the_published_social_credit_codes() -> None:
    assert organisation_code("1150010700927688XM") == organisation_code("00927688-X") == "00927688X"
    assert organisation_code("91350100M000100Y43") == "M000100Y4"
    assert organisation_code("000000000") is None and organisation_code("某某") is None


def test_a_decision_stands_before_every_rule() -> None:
    key = reported_key(None, "重庆**公司", YUBEI)
    decisions = pl.DataFrame({"reported": [key], "verdict": ["same"], "enterprise": [D]})
    assert match(None, "重庆**公司", YUBEI, decisions=decisions) == (D, "decision")
    other = pl.DataFrame(
        {"reported": [reported_key(None, "长江精工有限公司", None)], "verdict": ["different"], "enterprise": [A]}
    )
    assert match(None, "长江精工有限公司", decisions=other) == (None, "different")
    assert match(None, "重庆长江精密机械有限公司", decisions=other) == (A, "name")


def register(bring: Bring) -> None:
    names = ("enterprise", "name", "former_names", "district")
    bring(ENTERPRISE, [dict(zip(names, one, strict=True)) for one in REGISTER.iter_rows()])


def test_an_open_row_waits_outside_the_table_until_a_person_decides(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    rows = [{"enterprise": None, "name": "重庆长江**机械有限公司", "district": YUBEI, "year": 2024, "tax": 5.0}]
    made = bring(YEARLY, [*rows, {"enterprise": B, "name": "华兴", "year": 2024, "tax": 2.0}])
    assert made.open_rows == 1 and [one.code for one in made.problems] == ["LEDGER-068"]
    assert latest(workspace).table("enterprise_year")["enterprise"].to_list() == [B]
    (question,) = open_questions(latest(workspace))
    assert (question.why, question.tables, question.imports, question.rows) == (
        "masked",
        ("enterprise_year",),
        (made.number,),
        1,
    )
    assert question.candidates[0].enterprise == A
    assert status(workspace).open_identities == 1

    decide(workspace, question.reported, "same", A, who="王工", when=WHEN, note="电话核实")
    view = latest(workspace)
    assert row(view, "enterprise_year", {"enterprise": A, "year": 2024})["tax"] == 5.0
    assert open_questions(view) == ()

    later = bring(YEARLY, [{**rows[0], "year": 2025, "tax": 6.0}])
    assert later.open_rows == 0, "the decision is replayed"
    found = cells(latest(workspace), "enterprise_year", {"enterprise": A, "year": 2025})["tax"]
    assert found.matched == "decision"


def test_a_decision_of_different_rules_a_firm_out_and_a_new_firm_gets_its_own_id(
    workspace: Workspace, bring: Bring
) -> None:
    register(bring)
    made = bring(YEARLY, [{"enterprise": None, "name": "长江精工有限公司", "year": 2024, "tax": 5.0}])
    assert made.open_rows == 0
    key = {"enterprise": A, "year": 2024}
    assert cells(latest(workspace), "enterprise_year", key)["tax"].matched == "former_name"
    reported = reported_key(None, "长江精工有限公司", None)
    decide(workspace, reported, "different", A, who="王工", when=WHEN)
    assert latest(workspace).table("enterprise_year").is_empty()
    (question,) = open_questions(latest(workspace))
    assert (question.name, question.why) == ("长江精工有限公司", "different")
    assert A not in [one.enterprise for one in question.candidates]
    decide(workspace, reported, "new", code(60), who="王工", when=WHEN)
    assert latest(workspace).table("enterprise_year")["enterprise"].to_list() == [code(60)]
    decide(workspace, reported, "same", A, who="李工", when=WHEN, note="更正")
    assert latest(workspace).table("enterprise_year")["enterprise"].to_list() == [A]


def test_a_workshop_is_set_aside_or_given_an_id_and_a_register_or_a_later_word_settles_it(
    workspace: Workspace, bring: Bring
) -> None:
    rows = [
        {"enterprise": None, "name": name, "district": YUBEI, "year": 2024, "tax": 5.0} for name in ("一车间", "二车间")
    ]
    bring(YEARLY, rows)
    first, second = (reported_key(None, one["name"], YUBEI) for one in rows)
    decide(workspace, first, "aside", "", who="王工", when=WHEN, note="表计")
    bring(YEARLY, [{**rows[0], "year": 2025}])
    view = latest(workspace)
    assert [one.reported for one in open_questions(view)] == [second] and view.table("enterprise_year").is_empty()
    assert [(one.reported, one.rows) for one in open_questions(view, which="aside")] == [(first, 2)]
    decide(workspace, second, "new", own_id(second), who="王工", when=WHEN)
    assert latest(workspace).table("enterprise_year")["enterprise"].to_list() == [own_id(second)]
    decide(workspace, first, "different", A, who="李工", when=WHEN)
    assert [one.reported for one in open_questions(latest(workspace))] == [first], "a later word takes it back"
    decide(workspace, first, "aside", "", who="王工", when=WHEN)
    bring(ENTERPRISE, [{"enterprise": D, "name": "一车间", "district": YUBEI}])
    view = latest(workspace)
    assert view.table("enterprise_year")["enterprise"].to_list().count(D) == 2
    assert not open_questions(view) and not open_questions(view, which="aside")


def test_a_register_that_grows_settles_what_was_open_and_its_undoing_opens_it_again(
    workspace: Workspace, bring: Bring
) -> None:
    bring(
        YEARLY,
        [{"enterprise": "内部-1", "name": "渝州齿轮集团股份有限公司", "district": YUBEI, "year": 2024, "tax": 5.0}],
    )
    assert latest(workspace).table("enterprise_year").is_empty()
    grown = bring(ENTERPRISE, [{"enterprise": D, "name": "渝州齿轮（集团）股份有限公司", "district": YUBEI}])
    view = latest(workspace)
    assert view.table("enterprise_year")["enterprise"].to_list() == [D] and view.standing.open.is_empty()
    undo(workspace, grown.number, who="王工", when=WHEN, note="")
    assert latest(workspace).table("enterprise_year").is_empty() and status(workspace).open_identities == 1


def test_a_name_that_the_register_had_before_still_means_the_firm(workspace: Workspace, bring: Bring) -> None:
    """A new register brings the new name alone, while another department writes the old one on; undone it was none."""
    old, new = "重庆华川金属结构有限公司", "重庆新城智造有限公司"
    bring(ENTERPRISE, [{"enterprise": A, "name": old, "district": "500107"}])
    renamed = bring(ENTERPRISE, [{"enterprise": A, "name": new, "district": "500107"}])
    power = bring(YEARLY, [{"enterprise": None, "name": old, "year": 2025, "tax": 5.0}])
    key = {"enterprise": A, "year": 2025}
    assert (power.open_rows, cells(latest(workspace), "enterprise_year", key)["tax"].matched) == (0, "earlier_name")
    bring(ENTERPRISE, [{"enterprise": B, "name": old, "district": "500107"}])
    assert bring(YEARLY, [{"enterprise": None, "name": old, "year": 2024, "tax": 1.0}]).open_rows == 0
    told = latest(workspace).table("enterprise_year").filter(year=2024)
    assert told["enterprise"].to_list() == [B], "who bears a name now comes before who bore it"
    undo(workspace, renamed.number, who="王工", when=WHEN, note="别人的名称")
    assert bring(YEARLY, [{"enterprise": None, "name": new, "year": 2024, "tax": 1.0}]).open_rows == 1


def test_a_name_that_leads_to_a_firm_with_its_own_row_is_not_joined(workspace: Workspace, bring: Bring) -> None:
    register(bring)
    made = bring(
        YEARLY,
        [
            {"enterprise": A, "name": "甲", "year": 2024, "tax": 1.0},
            {"enterprise": None, "name": "长江精工有限公司", "year": 2024, "tax": 9.0},
        ],
    )
    assert made.open_rows == 1
    assert row(latest(workspace), "enterprise_year", {"enterprise": A, "year": 2024})["tax"] == 1.0
    assert [one.why for one in open_questions(latest(workspace))] == ["same_firm_twice"]


def test_a_workshop_beside_its_firm_in_one_file_never_replaces_the_firm_s_figures(
    workspace: Workspace, bring: Bring
) -> None:
    register(bring)
    rows = [{"enterprise": A, "name": "甲", "year": 2024, "tax": 679.44}]
    bring(YEARLY, [*rows, {"enterprise": None, "name": "甲一车间", "year": 2024, "tax": 123.4}])
    workshop, firm = reported_key(None, "甲一车间", None), {"enterprise": A, "year": 2024}
    for verdict in ("same", "new"):
        with pytest.raises(ProblemsError, match="LEDGER-106"):
            decide(workspace, workshop, verdict, A, who="王工", when=WHEN)
    assert row(latest(workspace), "enterprise_year", firm)["tax"] == 679.44
    decide(workspace, workshop, "same", B, who="王工", when=WHEN, note="是乙的")
    (said,) = (one.decided for one in open_questions(latest(workspace), which="settled"))
    assert said is not None
    assert (said.reported, said.enterprise, said.who, said.note) == (workshop, B, "王工", "是乙的")
    decide(workspace, workshop, "different", B, who="李工", when=WHEN)
    assert not open_questions(latest(workspace), which="settled")
    assert [one.reported for one in open_questions(latest(workspace))] == [workshop]


def test_an_undone_import_leaves_no_question(workspace: Workspace, bring: Bring) -> None:
    made = bring(YEARLY, [{"enterprise": None, "name": "重庆**公司", "year": 2024, "tax": 5.0}])
    undo(workspace, made.number, who="王工", when=WHEN, note="")
    assert status(workspace).open_identities == 0


def test_a_table_without_name_columns_is_matched_by_code_alone(workspace: Workspace, bring: Bring) -> None:
    event = contract(
        "event", ["enterprise", "date", "kind"], enterprise="string", date="date", kind="string", level="string"
    )
    bring(
        event,
        [
            {"enterprise": A, "date": WHEN.date(), "kind": "safety"},
            {"enterprise": "乱写", "date": WHEN.date(), "kind": "safety"},
        ],
    )
    assert latest(workspace).table("event")["enterprise"].to_list() == [A]
    assert [one.code for one in open_questions(latest(workspace))] == ["乱写"]


@pytest.mark.parametrize(
    ("reported", "verdict", "enterprise"),
    [("|甲|", "maybe", A), ("|甲|", "same", " "), ("甲", "same", A), ("|甲 厂|", "same", A), ("|甲|", "aside", A)],
)
def test_a_decision_that_names_no_firm_is_refused(
    workspace: Workspace, reported: str, verdict: str, enterprise: str
) -> None:
    with pytest.raises(ProblemsError, match="LEDGER-069"):
        decide(workspace, reported, verdict, enterprise, who="王工", when=WHEN)


@pytest.mark.shared_data
def test_every_valid_code_of_the_public_sample_identifies_its_firm_and_every_wrong_one_is_asked_about(
    shared: Path,
) -> None:
    sample = pl.read_csv(shared / "data/enterprise/uscc_samples.csv", infer_schema_length=0)
    found = resolve(sample.select(pl.col("uscc").alias("code")), REGISTER.clear())
    valid = sample.filter(pl.col("valid") == "1")["uscc"].to_list()
    assert found.matched["enterprise"].to_list() == valid and set(found.matched["reason"]) == {"valid_code"}
    assert set(found.open["why"]) <= {"fake_code"} and found.open.height == sample.height - len(valid)


HELD = PARCEL.model_copy(
    update={
        "foreign_keys": (
            ForeignKey.model_validate(
                {"fields": ("holder",), "reference": {"resource": "enterprise", "fields": ("enterprise",)}}
            ),
        )
    }
)


def test_the_holder_of_a_parcel_is_matched_like_the_firm_of_a_row(workspace: Workspace, bring: Bring) -> None:
    """By code, by name, by a former name; unknown and masked ones wait for a person and stay as they were written."""
    bring(ENTERPRISE, [{"enterprise": A, "name": "重庆长江精密机械有限公司", "former_names": "重庆长江机械厂"}])
    holders = [A, "重庆长江精密机械有限公司", "重庆长江机械厂", "重庆新建机器厂", "重庆＊＊公司", None]
    made = bring(HELD, [{"parcel": f"P{at}", "area": 5.0, "holder": one} for at, one in enumerate(holders)])
    held = latest(workspace).table("parcel")["holder"].to_list()
    assert held == [A, A, A, "重庆新建机器厂", "重庆＊＊公司", None]
    asked = {one.name: one for one in open_questions(latest(workspace))}
    assert {name: one.why for name, one in asked.items()} == {"重庆新建机器厂": "not_found", "重庆＊＊公司": "masked"}
    assert made.open_rows == 2
    decide(workspace, asked["重庆＊＊公司"].reported, "same", A, who="李工", when=WHEN, note="电话")
    bring(ENTERPRISE, [{"enterprise": B, "name": "重庆新建机器厂", "district": YUBEI}])
    view = latest(workspace)
    assert view.table("parcel")["holder"].to_list() == [A, A, A, B, A, None]
    assert not open_questions(view)
    undo(workspace, made.number, who="李工", when=WHEN, note="重报")
    assert not open_questions(latest(workspace))


def test_a_person_may_say_that_a_holder_is_another_firm(workspace: Workspace, bring: Bring) -> None:
    bring(ENTERPRISE, [{"enterprise": A, "name": "长江厂"}])
    bring(HELD, [{"parcel": "P1", "area": 5.0, "holder": "长江厂"}])
    decide(workspace, reported_key(None, "长江厂", None), "different", A, who="李工", when=WHEN, note="同名")
    assert latest(workspace).table("parcel")["holder"].to_list() == [None]


def test_a_former_code_stands_for_the_firm_even_where_it_is_a_valid_one() -> None:
    """A firm that was given another social credit code keeps its old one, and a registry number, as former codes."""
    register = REGISTER.with_columns(
        former_codes=pl.when(pl.col("enterprise") == A).then(pl.lit(f"{code(77)};500112000012345"))
    )
    assert match(code(77), None, register=register) == (A, "former_code")
    assert match("500112000012345", None, register=register) == (A, "former_code")
    assert match(code(78), None, register=register) == (code(78), "valid_code")


def test_the_national_contracts_ask_for_former_codes_and_match_holders_and_landlords() -> None:
    book = packs.load(packs.builtin_root(), pack_ids=["national"])
    assert "former_codes" in book.table("enterprise").column_names
    assert firm_columns(book.table("parcel"), "enterprise") == ("holder",)
    assert firm_columns(book.table("occupancy"), "enterprise") == ("landlord",)
    for table in ("enterprise", "enterprise_year"):
        assert book.table(table).column("industry").constraints.pattern == r"\d{4}"
