"""The first accounts of a workspace."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

from django.db import transaction

from jiqun.web.people.actions import Person, add
from jiqun.web.people.models import User
from jiqun.web.region import district_names, ledger

_DEMO = "demo.json"


@transaction.atomic
def first_people(root: Path) -> tuple[list[User], str]:
    """Make an administrator, in a demo region one account per role, all with one random password.

    Returns nobody where accounts exist already. In a real workspace the password must be changed at the first login.
    """
    if User.objects.exists():
        return [], ""
    password = secrets.token_urlsafe(16)  # long enough that by no chance it is too similar to one of the names
    is_demo = (root / _DEMO).is_file()
    people = _demo_people() if is_demo else [Person("admin", "administrator", full_name="管理员")]
    return [add(one, password, "jiqun serve", must_change=not is_demo) for one in people], password


def _demo_people() -> list[Person]:
    firms = ledger().table("enterprise").drop_nulls("park").sort("enterprise")
    row = firms.row(0, named=True)
    district = str(row["district"])
    name = district_names(date(2024, 12, 31)).get(district, district)
    return [
        Person("admin", "administrator", full_name="管理员", unit="市经信委信息中心"),
        Person("analyst", "analyst", full_name="周敏", unit="市经信委"),
        Person("signer", "signer", full_name="郑岚", unit="领导小组办公室"),
        Person("tax", "department", full_name="王澜", unit="市税务局"),
        Person("district", "district", district, "何嘉", f"{name}经信委"),
        Person("park", "park", str(row["park"]), "孙祺", str(row["park"])),
        Person("firm", "enterprise", str(row["enterprise"]), "李工", str(row["name"])),
        Person("leader", "leader", full_name="陈主任", unit="市政府办公厅"),
        Person("auditor", "auditor", full_name="赵审", unit="市审计局"),
    ]
