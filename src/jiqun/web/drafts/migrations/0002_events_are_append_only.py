"""The database itself refuses to change or remove events of drafts of rules."""

from __future__ import annotations

from django.db import migrations

from jiqun.web.people.append_only import AppendOnly

_EVENTS = AppendOnly("drafts_draftevent", "draft_event", "events are append-only")


class Migration(migrations.Migration):
    dependencies = [("drafts", "0001_initial")]
    operations = [_EVENTS.operation()]
