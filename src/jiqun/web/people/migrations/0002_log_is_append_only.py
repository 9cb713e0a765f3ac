"""The database itself refuses to change or remove lines of the log."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_SQLITE = [
    "CREATE TRIGGER audit_no_{verb} BEFORE {VERB} ON people_auditentry BEGIN "
    "SELECT RAISE(ABORT, 'the log is append-only'); END",
]
_POSTGRES = [
    "CREATE OR REPLACE FUNCTION people_audit_refuse() RETURNS trigger AS $$ BEGIN "
    "RAISE EXCEPTION 'the log is append-only'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER audit_no_{verb} BEFORE {VERB} ON people_auditentry "
    "FOR EACH ROW EXECUTE FUNCTION people_audit_refuse()",
]


def refuse(apps: Any, schema_editor: Any) -> None:
    statements = {"sqlite": _SQLITE, "postgresql": _POSTGRES}[schema_editor.connection.vendor]
    for verb in ("update", "delete"):
        for statement in statements:
            schema_editor.execute(statement.replace("{verb}", verb).replace("{VERB}", verb.upper()))


def allow(apps: Any, schema_editor: Any) -> None:
    table = " ON people_auditentry" if schema_editor.connection.vendor == "postgresql" else ""
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER audit_no_{verb}{table}")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(refuse, allow)]
