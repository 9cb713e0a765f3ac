"""Where the workbench keeps its rows and its key, and whom it believes: nothing secret in the code."""

from __future__ import annotations

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import dj_database_url

from jiqun.ledger.workspace import SETTINGS, Workspace

_KEY_FILE = "secret.key"
_SQLITE = "sqlite:///"


def database(folder: Path) -> dict[str, Any]:
    """Return Django's settings for the workspace's `[database] address`; a relative SQLite file lies inside it.

    Writers of SQLite wait for each other instead of failing, and a commit is on disk before it is told.
    """
    address = os.environ.get("JIQUN_DATABASE") or _address(folder)
    if not address.startswith(_SQLITE):
        return dict(dj_database_url.parse(address, conn_max_age=60, conn_health_checks=True))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / address.removeprefix(_SQLITE)),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _address(folder: Path) -> str:
    if not (folder / SETTINGS).is_file():
        return f"{_SQLITE}db.sqlite3"
    return Workspace.open(folder).database


def secret_key(folder: Path) -> str:
    """Return the key of `JIQUN_SECRET_KEY`, else the one kept in the workspace, made on the first start."""
    given = os.environ.get("JIQUN_SECRET_KEY")
    if given:
        return given
    file = folder / _KEY_FILE
    if not (folder / SETTINGS).is_file():  # no workspace yet: nothing is signed with this key for longer than a call
        return secrets.token_urlsafe(64)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("utf-8").strip()
    with os.fdopen(handle, "w", encoding="utf-8") as kept:
        kept.write(secrets.token_urlsafe(64))
    return file.read_text("utf-8").strip()


def networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Return the networks of a comma separated list; a single address is a network of one.

    >>> networks("127.0.0.1, 10.0.0.0/8")
    [IPv4Network('127.0.0.1/32'), IPv4Network('10.0.0.0/8')]
    """
    return [ip_network(one.strip()) for one in text.split(",") if one.strip()]
