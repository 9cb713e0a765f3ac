"""A draft is part of the whole law book before it is law; publishing is one step that is there or not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta

import polars as pl
import pytest
from tests.power import on_their_way, syncs_noted

from jiqun.desk.context import Context
from jiqun.desk.drafts.check import checked
from jiqun.desk.drafts.drafting import law_of
from jiqun.desk.drafts.parts import DOCUMENT, METHOD, Basis, copied
from jiqun.desk.drafts.publishing import publications, publish
from jiqun.desk.drafts.rule_text import head_of, numbers, with_head, with_numbers
from jiqun.desk.drafts.trial import Trial, draft_run, tried
from jiqun.desk.evaluating import find_method
from jiqun.problems import ProblemsError

BASIS = Basis("per-mu.chongqing-template", "2023")
TRIAL = Trial(f"{BASIS.id}@2023", f"{BASIS.id}@2026", "2024")
WEIGHTS = {"scores/above_scale/tax_per_mu/weight": "35", "scores/above_scale/value_added_per_mu/weight": "20"}


@pytest.fixture
def region(demo, tmp_path):
    folder = tmp_path / "workspace"
    shutil.copytree(demo.folder, folder)
    return Context(folder)


def changed(region):
    files = copied(region, BASIS, "2026", "2026-01-01")
    return {**files, METHOD: with_numbers(files[METHOD], WEIGHTS)}


def errors(found):
    return [one for one in found if one.severity == "error"]


def test_only_the_numbers_told_change_and_every_other_character_stays(region):
    before = copied(region, BASIS, "2026", "2026-01-01")[METHOD]
    after = with_numbers(before, WEIGHTS)
    assert after == before.replace("weight: 30", "weight: 35", 1).replace("weight: 25", "weight: 20", 1)
    shares = {one.name: one.text for one in numbers(before) if "shares" in one.route}
    assert shares == {f"grades/all/quota/shares/{key}": text for key, text in
                      {"A": "0.20", "B": "0.50", "C": "0.25", "D": "0.05"}.items()}  # fmt: skip
    for name, value in (("scores/no/weight", "3"), (next(iter(WEIGHTS)), "30; drop"), (next(iter(WEIGHTS)), "1e9")):
        with pytest.raises(ValueError, match=name):
            with_numbers(before, {name: value})


def test_a_head_is_replaced_or_put_under_the_title():
    text = "kind: method\nid: a\ntitle: 甲\ntitle_en: A\nin_force:\n  from: '2020-01-01'\ndoubts: []\n"
    found = with_head(text, {"edition": "2026", "in_force": {"from": "2026-01-01"}})
    assert found == (
        'kind: method\nid: a\ntitle: 甲\ntitle_en: A\nedition: 2026\nin_force:\n  {from: "2026-01-01"}\ndoubts: []\n'
    )


def test_a_copy_is_a_sound_draft_with_a_document_of_its_own(region):
    files = copied(region, BASIS, "2026", "2026-01-01")
    assert set(files) == {METHOD, DOCUMENT} and not errors(checked(region, BASIS, files))
    with pytest.raises(ProblemsError, match="DRAFT-001"):
        copied(region, BASIS, "2023", "2026-01-01")


def test_a_copy_takes_over_from_the_edition_in_force_on_its_first_day(region):
    files = copied(region, BASIS, "2026", "2026-01-01")
    assert head_of(files[METHOD])["supersedes"] == [2023] and head_of(files[METHOD])["in_force"] == {
        "from": "2026-01-01"
    }
    in_force = {name: text.replace("status: trial", "status: in_force", 1) for name, text in files.items()}
    assert "PACK-039" not in {one.code for one in checked(region, BASIS, in_force)}
    earlier = head_of(copied(region, BASIS, "2020", "2020-01-01")[METHOD])
    begins = region.book.method(BASIS.id).in_force.from_
    assert "supersedes" not in earlier
    assert earlier["in_force"] == {"from": "2020-01-01", "to": str(begins - timedelta(days=1))}


def test_what_is_wrong_is_told_at_its_line(region):
    files = changed(region)
    broken = files[METHOD].replace("formula: tax / land", "formula: tax / lend", 1)
    line = next(at for at, one in enumerate(broken.splitlines(), 1) if "tax / lend" in one)
    (found,) = [one for one in checked(region, BASIS, {**files, METHOD: broken}) if one.severity == "error"]
    assert found.place.line == line and found.place.file.startswith("published/methods/")
    hostile = files[METHOD].replace("formula: tax / land", "formula: __import__('os').system('id')", 1)
    assert errors(checked(region, BASIS, {**files, METHOD: hostile}))
    no_day = "kind: method\nid: x\nin_force: {from: 2026-13-45}\n"
    for text in ("", "kind: method", "a: &x 1\nb: *x\n", no_day, "[" * 5000, "x" * 20_000_000):
        assert errors(checked(region, BASIS, {**files, METHOD: text})), text[:20]


def test_a_try_moves_whom_the_changed_weights_move_and_leaves_no_run_to_be_signed(region):
    before = {one.name for one in (region.folder / "runs").iterdir()}
    told = tried(region, BASIS, changed(region), TRIAL, lambda _: None)
    assert {one.name for one in (region.folder / "runs").iterdir()} - before <= {told.before.id}
    assert not told.after.official and draft_run(region, told.after.id).id == told.after.id
    # the total is the sum of the items; by hand: 35/30 of one item and 20/25 of another
    rows = told.before.trace.filter(pl.col("population") == "above_scale").drop_nulls("total")
    new = dict(told.after.trace.select("enterprise", "total").iter_rows())
    digits = 10**2  # points have four digits, the total two
    for row in rows.head(50).iter_rows(named=True):
        tax, value = row["points__tax_per_mu"], row["points__value_added_per_mu"]
        by_hand = row["total"] + (tax / 6 - value / 5) / digits
        assert abs(new[row["enterprise"]] - by_hand) <= 2, row["enterprise"]  # hundredths: two roundings
    causes = {one for each in told.movers for one in each.causes}
    assert told.movers and causes <= {"rule", "others"}


def test_publishing_puts_the_rule_into_force_and_keeps_the_old_edition_readable(region):
    files = changed(region)
    with syncs_noted() as synced:
        assert publish(region, BASIS, files, law_of(region), {"by": "signer"}) == 1
        assert on_their_way(region.folder / "published", synced) == []
    fresh = Context(region.folder)
    assert find_method(fresh, BASIS.id).method.edition == "2026"
    assert find_method(fresh, f"{BASIS.id}@2023").method.edition == "2023"
    assert publications(fresh)[0]["by"] == "signer"
    with pytest.raises(ProblemsError, match="DRAFT-003"):
        publish(fresh, BASIS, files, "0000", {})
    broken = {**files, METHOD: files[METHOD].replace("tax / land", "tax / lend", 1)}
    with pytest.raises(ProblemsError, match="DRAFT-002"):
        publish(fresh, BASIS, broken, "0001", {})
    again = Basis(BASIS.id, "2026")
    assert publish(fresh, again, copied(fresh, again, "2027", "2027-01-01"), "0001", {}) == 2
    assert [one.model.edition for one in Context(region.folder).book.editions("method", BASIS.id)][-2:] == [
        "2026",
        "2027",
    ]


_KILLED = """
import os, signal, sys
from pathlib import Path
from jiqun.desk.drafts import parts as draft_parts
from jiqun.desk.drafts import publishing
from jiqun.desk.context import Context
region, at = Context(Path(sys.argv[1])), int(sys.argv[2])
written = []
write, rename = Path.write_text, Path.rename
def counting(real):
    def step(*args, **options):
        if len(written) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        written.append(1)
        return real(*args, **options)
    return step
Path.write_text, Path.rename = counting(write), counting(rename)
basis = draft_parts.Basis("per-mu.chongqing-template", "2023")
publishing.publish(region, basis, draft_parts.copied(region, basis, "2026", "2026-01-01"), "0000", {})
"""


@pytest.mark.parametrize("at", [4, 8])
def test_a_kill_leaves_the_old_law_or_the_new(region, at):
    done = subprocess.run([sys.executable, "-c", _KILLED, str(region.folder), str(at)], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    assert law_of(region) == "0000" and find_method(Context(region.folder), BASIS.id).method.edition == "2023"
    assert publish(region, BASIS, changed(region), "0000", {}) == 1
