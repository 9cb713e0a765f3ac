"""The database itself refuses to change or remove events of campaigns."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_SQLITE = [
    "CREATE TRIGGER campaign_event_no_{verb} BEFORE {VERB} ON campaigns_event BEGIN "
    "SELECT RAISE(ABORT, 'events are append-only'); END",
]
_POSTGRES = [
    "CREATE OR REPLACE FUNCTION campaigns_event_refuse() RETURNS trigger AS $$ BEGIN "
    "RAISE EXCEPTION 'events are append-only'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER campaign_event_no_{verb} BEFORE {VERB} ON campaigns_event "
    "FOR EACH ROW EXECUTE FUNCTION campaigns_event_refuse()",
]


def refuse(apps: Any, schema_editor: Any) -> None:
    statements = {"sqlite": _SQLITE, "postgresql": _POSTGRES}[schema_editor.connection.vendor]
    for verb in ("update", "delete"):
        for statement in statements:
            schema_editor.execute(statement.replace("{verb}", verb).replace("{VERB}", verb.upper()))


def allow(apps: Any, schema_editor: Any) -> None:
    table = " ON campaigns_event" if schema_editor.connection.vendor == "postgresql" else ""
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER campaign_event_no_{verb}{table}")


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]
    operations = [migrations.RunPython(refuse, allow)]
