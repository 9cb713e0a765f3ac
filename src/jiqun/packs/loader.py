"""Finding packs on disk, reading their objects, and laying a wider jurisdiction's pack under the narrower one's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jiqun.packs.checking import nearest, shown, validated
from jiqun.packs.data_files import fill
from jiqun.packs.lawbook import LawBook
from jiqun.packs.lawobject import LawObject, Pack
from jiqun.packs.models import KINDS, Header, PackManifest, Taxonomy
from jiqun.packs.reading import Source, read_yaml
from jiqun.packs.unread import claimed, without_follow_ups
from jiqun.problems import Place, Problem, problem, stop_if_errors

HEAD = "pack.yaml"
LOCK = "released.yaml"
_YAML = (".yaml", ".yml")
_PROGRAMS = (".py", ".pyc", ".pyd", ".so", ".dll", ".exe", ".sh", ".bat", ".ps1", ".js", ".pkl", ".pickle")


def builtin_root() -> Path:
    """Return the folder of packs that came with the program: inside the installed package, or in the checkout."""
    inside = Path(str(resources.files("jiqun"))) / "_packs"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "packs"


def with_builtin(*folders: Path) -> tuple[Path, ...]:
    """Return where packs lie: those of the folders, and of those that came with the program the ones they do not hold.

    Who copies the shipped packs and changes one reads the copy.
    """
    held = {_claimed_id(one) for folder in folders for one in _pack_folders(folder)}
    return (*(one for one in _pack_folders(builtin_root()) if _claimed_id(one) not in held), *folders)


def load_with_extended(*folders: Path) -> LawBook:
    """Read the packs of some folders, with those that came with the program where they extend them; as `load`."""
    own = [_claimed_id(one) for folder in folders for one in _pack_folders(folder)]
    return load(*with_builtin(*folders), pack_ids=own or None) if own else load(*folders)


def _claimed_id(folder: Path) -> str:
    head = folder / HEAD
    source, _ = read_yaml(head, head.name) if head.is_file() else (Source(head.name), ())
    return _said_id(source, folder)


def _said_id(head: Source, folder: Path) -> str:
    return next((id_ for _, id_ in claimed(head.data, head.text)), folder.name)


def load(*roots: Path, pack_ids: Sequence[str] | None = None) -> LawBook:
    """Read law books: every pack under the roots, or the named ones with what they extend.

    Raises ProblemsError with all problems where something in these packs is wrong.
    """
    book, problems = read(*roots, pack_ids=pack_ids)
    stop_if_errors(problems)
    return book


def read(*roots: Path, pack_ids: Sequence[str] | None = None) -> tuple[LawBook, tuple[Problem, ...]]:
    """Read as `load`, but give the problems back beside what could be read."""
    found, problems, headless = _find(roots)
    order, wrong = _in_order(found, pack_ids)
    problems += wrong
    packs = []
    unread = set(headless)
    for one in order:
        pack, wrong, without = _read_pack(one)
        packs.append(pack)
        problems += wrong
        unread |= without
    lines = {one.id: _lineage(one.id, found) for one in order}
    torn = frozenset(one.folder.name for one in order if any(not _extends(found, id_) for id_ in lines[one.id]))
    book, wrong = LawBook.layered(packs, lines, frozenset(unread), torn)
    return book, tuple(without_follow_ups(problems + wrong, book.unread, torn))


@dataclass(frozen=True)
class _Found:
    manifest: PackManifest
    folder: Path
    place: Place

    @property
    def id(self) -> str:
        return self.manifest.id


def _find(roots: Iterable[Path]) -> tuple[dict[str, _Found], list[Problem], set[tuple[str, str]]]:
    found: dict[str, _Found] = {}
    problems: list[Problem] = []
    headless: set[tuple[str, str]] = set()
    for root in roots:
        folders = _pack_folders(root)
        if not folders:
            problems.append(problem("PACK-025", Place(file=root.name)))
        for folder in folders:
            head = folder / HEAD
            if not head.is_file():
                problems.append(problem("PACK-025", Place(file=folder.name)))
                headless.add(("pack", folder.name))
                continue
            source, wrong = read_yaml(head, f"{folder.name}/{HEAD}")
            problems += wrong
            manifest, wrong = validated(source, PackManifest) if source.data is not None else (None, ())
            problems += wrong
            if manifest is None:
                headless.add(("pack", _said_id(source, folder)))
                continue
            if manifest.id in found:
                other = found[manifest.id].place
                problems.append(problem("PACK-028", source.place(("id",)), pack=manifest.id, other=other))
                continue
            found[manifest.id] = _Found(manifest, folder, source.place(("extends",)))
    return found, problems, headless


def _pack_folders(root: Path) -> list[Path]:
    if (root / HEAD).is_file():
        return [root]
    if not root.is_dir():
        return []
    inner = sorted(one for one in root.iterdir() if one.is_dir() and not one.name.startswith("."))
    return [one for one in inner if (one / HEAD).is_file() or any(one.rglob("*.yaml"))]


def _in_order(found: Mapping[str, _Found], wanted: Sequence[str] | None) -> tuple[list[_Found], list[Problem]]:
    """Order the packs so that each comes after what it extends."""
    problems: list[Problem] = []
    order: list[_Found] = []
    done: set[str] = set()

    def visit(pack_id: str, trail: tuple[str, ...], asked_at: Place) -> None:
        if pack_id not in found:
            near = nearest(pack_id, found)
            problems.append(problem("PACK-026", asked_at, pack=pack_id, nearest=near))
        elif pack_id in trail:
            circle = " → ".join((*trail[trail.index(pack_id) :], pack_id))
            problems.append(problem("PACK-027", asked_at, circle=circle))
        elif pack_id not in done:
            for wider in found[pack_id].manifest.extends:
                visit(wider, (*trail, pack_id), found[pack_id].place)
            done.add(pack_id)
            order.append(found[pack_id])

    for pack_id in found if wanted is None else wanted:
        visit(pack_id, (), Place())
    return order, _once(problems)


def _once(problems: list[Problem]) -> list[Problem]:
    return list({(one.code, one.place, tuple(one.values.items())): one for one in problems}.values())


def _lineage(pack_id: str, found: Mapping[str, _Found]) -> frozenset[str]:
    """Return the pack and everything it extends, directly or not."""
    seen: set[str] = set()
    waiting = [pack_id]
    while waiting:
        one = waiting.pop()
        if one in found and one not in seen:
            seen.add(one)
            waiting.extend(found[one].manifest.extends)
    return frozenset(seen)


def _extends(found: Mapping[str, _Found], pack_id: str) -> bool:
    return all(wider in found for wider in found[pack_id].manifest.extends)


def _read_pack(found: _Found) -> tuple[Pack, list[Problem], set[tuple[str, str]]]:
    name = found.folder.name
    files, problems = _files(found.folder, name)
    objects: list[LawObject] = []
    unread: set[tuple[str, str]] = set()
    for path in files:
        relative = path.relative_to(found.folder).as_posix()
        if path.suffix.lower() in _YAML and relative not in (HEAD, LOCK):
            source, told = read_yaml(path, f"{name}/{relative}")
            read_object, wrong = _read_object(source, found, told)
            problems += [*told, *wrong]
            if read_object is not None:
                objects.append(read_object)
            else:
                claims = claimed(source.data, source.text) or [("", path.stem)]
                unread |= {(kind if kind in KINDS else "", id_) for kind, id_ in [*claims, (claims[0][0], path.stem)]}
    names = tuple(path.relative_to(found.folder).as_posix() for path in files)
    return Pack(found.manifest, found.folder, names, tuple(objects)), problems, unread


def _files(folder: Path, name: str) -> tuple[list[Path], list[Problem]]:
    files: list[Path] = []
    problems: list[Problem] = []
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for one in sorted([*names, *folders]):
            path = Path(directory) / one
            place = Place(file=f"{name}/{path.relative_to(folder).as_posix()}")
            if path.is_symlink():
                problems.append(problem("PACK-024", place, target=one))
            elif path.is_file() and path.suffix.lower() in _PROGRAMS:
                problems.append(problem("PACK-029", place, ending=path.suffix))
            elif path.is_file() and not one.startswith("."):
                files.append(path)
    return files, problems


def _read_object(source: Source, found: _Found, told: Sequence[Problem]) -> tuple[LawObject | None, list[Problem]]:
    """Make the object of a file; `told` are the problems of reading it, at whose places nothing more is said."""
    problems: list[Problem] = []
    if source.data is None or any(one.code == "PACK-004" for one in told):
        return None, problems
    kind = source.data.get("kind") if isinstance(source.data, Mapping) else None
    if kind is None and isinstance(source.data, Mapping):
        return None, [problem("PACK-012", source.place(), key="kind")]
    model = KINDS.get(str(kind)) if isinstance(source.data, Mapping) else Header
    if model is None:
        near = nearest(str(kind), KINDS)
        known = ", ".join(KINDS)
        return None, [problem("PACK-032", source.place(("kind",)), kind=shown(kind), nearest=near, known=known)]
    made, wrong = source.once(model, lambda: validated(source, model))
    read_wrongly = {one.place for one in told}
    doubled = {one.values["first"] for one in told if one.code == "PACK-008"}  # the line of the key that was dropped
    problems += [one for one in wrong if one.place not in read_wrongly and str(one.place.line) not in doubled]
    if made is None:
        return None, problems
    if not isinstance(made, Taxonomy):
        return source.once(found.id, lambda: LawObject(found.id, made, source)), problems
    filled = fill(made, found.folder, found.folder.name, source)
    whole = LawObject(found.id, filled.taxonomy, source, filled.rows)
    return source.once(found.id, lambda: whole, filled), [*problems, *filled.problems]
