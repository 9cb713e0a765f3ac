"""Drafts of rules: copied from a rule, checked as part of the whole law book, tried on a period, published.

What was published lies in the workspace under `published/NNNN/`, one whole pack for every publication: the highest
number is the law, the others are its history. A publication appears by one renaming, so it is there or it is not.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from jiqun.desk.comparing import Compared, compare_runs
from jiqun.desk.context import PUBLISHED, Context, newest_published
from jiqun.desk.evaluating import Step, Wanted, evaluated, run_method
from jiqun.desk.rule_text import head_of, with_head
from jiqun.desk.running import Run
from jiqun.methods import load
from jiqun.methods.lint import lint_method
from jiqun.methods.lint_whole import without_follow_ups
from jiqun.methods.run import store, stored_runs
from jiqun.packs import read
from jiqun.packs.lawbook import LawObject
from jiqun.packs.lint import lint
from jiqun.packs.reading import LARGEST
from jiqun.problems import Problem, ProblemsError, by_place, problem
from jiqun.values import Period

Files = Mapping[str, str]  # path in the pack → text
METHOD, DOCUMENT = "method.yaml", "document.yaml"
_NOTE = "publication.json"


@dataclass(frozen=True)
class Basis:
    """The rule a draft came from."""

    method: str
    edition: str


def text_of(context: Context, one: LawObject) -> str:
    """Return the file of an object as it stands."""
    book = context.book if one.pack in {pack.id for pack in context.book.packs} else context.everything
    folder = next(pack.folder for pack in book.packs if pack.id == one.pack)
    return (folder / one.source.file.partition("/")[2]).read_text("utf-8")


def copied(context: Context, basis: Basis, edition: str, begins: str) -> dict[str, str]:
    """Copy a rule and its document as a draft with an edition and a first day (yyyy-mm-dd) of its own.

    It bears the status it would be published with, so that what is tried is to the letter what is published: `trial`
    where numbers are illustrative, else `in_force`. DRAFT-001 where the edition is taken.
    """
    book = context.book if context.book.has("method", basis.method) else context.everything
    if any(one.model.edition == edition for one in book.editions("method", basis.method)):
        raise ProblemsError([problem("DRAFT-001", method=basis.method, edition=edition)])
    rule = book.object("method", basis.method, basis.edition or None)
    status = "trial" if rule.model.completeness == "illustrative" else "in_force"
    head: dict[str, str | Mapping[str, str]] = {"edition": edition, "status": status, "in_force": {"from": begins}}
    files = {}
    if rule.model.document and book.has("document", rule.model.document):
        new = f"{rule.model.document}-{edition}"
        paper = with_head(
            text_of(context, book.object("document", rule.model.document)),
            {
                "id": new,
                "status": "in_force",
                "supersedes": rule.model.document,
                "source": {"evidence": "O"},  # it is the region's own paper, and was read on none of the old pages
            },
        )
        files[DOCUMENT], head["document"] = paper, new
    return {METHOD: with_head(text_of(context, rule), head), **files}


def digest_of(files: Files) -> str:
    """Return what tells one state of a draft from another."""
    return sha256(json.dumps(dict(files), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:20]


def _names(files: Files) -> dict[str, str]:
    """Return where each file of a draft stands in the pack: a rule by id and edition, so that none overwrites another.

    A draft whose head cannot be read stands under its own name, and its problems say why.
    """
    found = {}
    for name, text in files.items():
        head = head_of(text)
        id_, edition, kind = (str(head.get(key) or "") for key in ("id", "edition", "kind"))
        whole = "-".join(filter(None, (id_, edition)))
        safe = whole if whole and not whole.startswith(".") and not set(whole) & set('/\\\0<>:"|?*') else ""
        found[name] = f"{kind}s/{safe}.yaml" if safe and kind.isalpha() else name
    return found


def _lay(context: Context, basis: Basis, files: Files, root: Path) -> dict[str, str]:
    """Write the law that is published now, with the draft on top, as one pack under a root."""
    now, pack = newest_published(context.folder), root / PUBLISHED
    if now is not None:
        shutil.copytree(now / PUBLISHED, pack)
    pack.mkdir(parents=True, exist_ok=True)
    manifest = pack / "pack.yaml"
    before = yaml.safe_load(manifest.read_text("utf-8"))["extends"] if manifest.is_file() else []
    everything = {one.key: one.pack for one in context.everything.objects("method")}
    own = [] if context.book.has("method", basis.method) else [everything["method", basis.method, basis.edition]]
    head = {
        "id": PUBLISHED,
        "title": "本地区发布的办法",
        "title_en": "Published here",
        "extends": list(dict.fromkeys([*context.workspace.packs, *before, *own])),
        "jurisdiction": context.workspace.region or "100000",
        "version": "1",
    }
    manifest.write_text(yaml.safe_dump(head, allow_unicode=True, sort_keys=False), "utf-8")
    names = _names(files)
    for name, text in files.items():
        path = pack / names[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return names


def draft_context(context: Context, basis: Basis, files: Files) -> Context:
    """Return the workspace as it would be were the draft published; kept under the draft's digest."""
    root = context.folder / "drafts" / f"{digest_of(files)}-{law_of(context)}"
    if not root.is_dir():
        making = root.with_name(f"{root.name}.{os.getpid()}.making")
        shutil.rmtree(making, ignore_errors=True)
        _lay(context, basis, files, making)
        _into_place(making, root)
    return Context(context.folder, published=root)


def law_of(context: Context) -> str:
    """Return the number of the law in force, 0000 before anything was published."""
    now = newest_published(context.folder)
    return now.name if now else "0000"


def _into_place(making: Path, place: Path) -> bool:
    place.parent.mkdir(exist_ok=True)
    try:
        making.rename(place)
    except OSError:
        shutil.rmtree(making)
        if not place.is_dir():
            raise
        return False
    return True


def checked(context: Context, basis: Basis, files: Files) -> tuple[Problem, ...]:
    """Return what is wrong or doubtful in a draft: reading, lint of packs and lint of the rule, at its lines."""
    if too_large := [name for name, text in files.items() if len(text.encode()) > LARGEST]:
        return tuple(
            problem("PACK-006", file=name, size=len(files[name].encode()), limit=LARGEST) for name in too_large
        )
    there = draft_context(context, basis, files)
    names = {f"{PUBLISHED}/{path}" for path in _names(files).values()}
    book, found = read(*there.roots, pack_ids=there.pack_ids)
    mine = [one for one in (*found, *lint(book)) if one.place.file in names]
    mine += [one for one in found if one.severity == "error" and one.place.file not in names]
    if not any(one.severity == "error" for one in mine):
        rule = load(basis.method, book, _edition(files))
        mine += lint_method(rule.method, book, at=rule.at)
    return by_place(without_follow_ups({one.text("en"): one for one in mine}.values()))


def _edition(files: Files) -> str:
    return str(head_of(files[METHOD]).get("edition") or "")


def tried(context: Context, basis: Basis, files: Files, period: str, step: Step) -> Compared:
    """Evaluate a draft and the rule it came from on the ledger of now, and compare; nothing of it can be signed."""
    there = draft_context(context, basis, files)
    before = run_method(context, Wanted(f"{basis.method}@{basis.edition}", Period.parse(period)), step)
    wanted = Wanted(f"{basis.method}@{_edition(files)}", Period.parse(period), snapshot=before.snapshot)
    result, snapshot = evaluated(there, wanted, step, official=False)
    step("saving")
    stored = store(there.published_root / "runs", result, at=context.now, official=False, snapshot=snapshot)
    return compare_runs(there, before, Run(there, stored))


def draft_run(context: Context, id_: str) -> Run | None:
    """Return the run that a try of a draft made, by its whole id; None where there is none."""
    folder = context.folder / "drafts"
    for root in sorted(folder.glob(f"*/runs/{id_}")) if id_.isalnum() and folder.is_dir() else ():
        there = Context(context.folder, published=root.parents[1])
        return next(Run(there, one) for one in stored_runs(root.parent) if one.id == id_)
    return None


# --- publishing


def publish(context: Context, basis: Basis, files: Files, law: str, note: Mapping[str, Any]) -> int:
    """Publish a draft on top of the law it was tried on, and return the number of the publication.

    DRAFT-002 where a check finds an error, DRAFT-003 where another publication came between.
    """
    if any(one.severity == "error" for one in checked(context, basis, files)):
        raise ProblemsError([problem("DRAFT-002")])
    if law != law_of(context):
        raise ProblemsError([problem("DRAFT-003", tried=law, now=law_of(context))])
    number = int(law) + 1
    place = context.folder / "published" / f"{number:04d}"
    making = context.folder / "drafts" / f"publishing.{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    _lay(context, basis, files, making)
    said = {"number": number, "method": basis.method, "edition": _edition(files), "from": basis.edition, **note}
    (making / _NOTE).write_text(json.dumps(said, ensure_ascii=False, indent=1), "utf-8")
    if not _into_place(making, place):
        raise ProblemsError([problem("DRAFT-003", tried=law, now=law_of(context))])
    return number


def publications(context: Context) -> Sequence[Mapping[str, Any]]:
    """Return who published what when, the newest first, as the publications themselves say."""
    notes = sorted((context.folder / "published").glob(f"[0-9]*/{_NOTE}"), reverse=True)
    return [json.loads(one.read_text("utf-8")) for one in notes]
