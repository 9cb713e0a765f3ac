"""The database itself refuses to change or remove lines of the log."""

from __future__ import annotations

from django.db import migrations

from jiqun.web.people.append_only import AppendOnly

_LOG = AppendOnly("people_auditentry", "audit", "the log is append-only")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [_LOG.operation()]
