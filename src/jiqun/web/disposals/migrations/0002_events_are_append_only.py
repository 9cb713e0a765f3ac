"""The database itself refuses to change or remove events of disposals."""

from __future__ import annotations

from django.db import migrations

from jiqun.web.people.append_only import AppendOnly

_EVENTS = AppendOnly("disposals_disposalevent", "disposal_event", "events are append-only")


class Migration(migrations.Migration):
    dependencies = [("disposals", "0001_initial")]
    operations = [_EVENTS.operation()]
