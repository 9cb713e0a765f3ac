"""A program: a database of before accounts had persons and several places is brought up to date; prints what it has."""

from __future__ import annotations

import json

import django
from django.core.management import call_command

BEFORE = {"people": "0004_generation", "briefs": "0001_initial"}


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    for app, name in BEFORE.items():
        call_command("migrate", app, name, verbosity=0)
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.utils import timezone

    executor = MigrationExecutor(connection)
    old = executor.loader.project_state([("people", BEFORE["people"]), ("briefs", BEFORE["briefs"])]).apps
    user = old.get_model("people", "User").objects.create(username="old", role="district", place="500101")
    now = timezone.now()
    old.get_model("people", "Token").objects.create(user=user, title="t", digest="d", made_at=now)
    report = {"kind": "bulletin", "title": "t", "file": "f.docx", "size": 1, "column": "district", "place": "500101"}
    old.get_model("briefs", "MadeReport").objects.create(owner_id=user.pk, made_at=now, **report)
    call_command("migrate", verbosity=0)

    from jiqun.web.briefs.models import MadeReport
    from jiqun.web.briefs.queries import may_read
    from jiqun.web.people.models import Token, User

    found = User.objects.get(username="old")
    made = MadeReport.objects.get()
    told = {
        "vendor": connection.vendor, "places": found.places, "person": found.person, "generation": found.generation,
        "token": Token.objects.get(digest="d").place, "reads": may_read(found, made),
    }  # fmt: skip
    MadeReport.objects.all().delete()
    found.delete()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
