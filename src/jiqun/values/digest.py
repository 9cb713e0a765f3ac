"""Content hashes: the same content gives the same name, on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | bool | None
_PLAIN = frozenset({str, int, bool, type(None)})  # most of every content; asked first, as the rest costs more to tell


def canonical(value: Json) -> str:
    """Write JSON with sorted keys and no blanks; floats are refused because two writers differ on them."""
    return json.dumps(_checked(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _checked(value: Json) -> Json:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, float):
        raise TypeError("a float has no canonical form; write the number as text")
    if isinstance(value, Mapping):
        return {str(key): _checked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_checked(item) for item in value]
    return value


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical JSON form, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def digest_of_parts(parts: Mapping[str, str]) -> str:
    """Return the digest of a mapping whose values were already made canonical, each for itself."""
    inner = ",".join(f"{canonical(key)}:{parts[key]}" for key in sorted(parts))
    return hashlib.sha256(f"{{{inner}}}".encode()).hexdigest()


def in_order(value: Json) -> Json:
    """Turn every mapping into a list of pairs, for content in which the order written counts (populations, moves)."""
    if isinstance(value, Mapping):
        return [[str(key), in_order(item)] for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [in_order(item) for item in value]
    return value


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
