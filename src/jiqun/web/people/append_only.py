"""Tables that only grow: their models refuse to change or remove a line, and so does the database itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import migrations, models


class WrittenOnce(models.Model):
    """A line that is written once; saving it again or removing it raises TypeError."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError(f"{type(self).__name__} is written once")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} is never removed")


@dataclass(frozen=True)
class AppendOnly:
    """A table whose lines stand for ever; `trigger` begins the names of its triggers, `message` tells what it holds."""

    table: str
    trigger: str
    message: str

    def operation(self) -> migrations.RunPython:
        """Return the step of a migration that puts the triggers there, and takes them away when it is undone."""
        return migrations.RunPython(self._refuse, self._allow)

    def _refuse(self, apps: Any, schema_editor: Any) -> None:
        for statement in {"sqlite": self._sqlite, "postgresql": self._postgres}[schema_editor.connection.vendor]():
            schema_editor.execute(statement)

    def _allow(self, apps: Any, schema_editor: Any) -> None:
        is_postgres = schema_editor.connection.vendor == "postgresql"
        for verb in ("update", "delete", *(["truncate"] if is_postgres else [])):
            schema_editor.execute(f"DROP TRIGGER {self.trigger}_no_{verb}{f' ON {self.table}' if is_postgres else ''}")
        if is_postgres:
            schema_editor.execute(f"DROP FUNCTION {self._function}()")

    @property
    def _function(self) -> str:
        return f"{self.table}_refuse"

    def _sqlite(self) -> Sequence[str]:
        return [
            f"CREATE TRIGGER {self.trigger}_no_{verb} BEFORE {verb.upper()} ON {self.table} BEGIN "
            f"SELECT RAISE(ABORT, '{self.message}'); END"
            for verb in ("update", "delete")
        ]

    def _postgres(self) -> Sequence[str]:
        """Rows are guarded one by one; TRUNCATE passes by such triggers and so has one of its own."""
        calls = f"EXECUTE FUNCTION {self._function}()"
        return [
            f"CREATE FUNCTION {self._function}() RETURNS trigger AS $$ BEGIN "
            f"RAISE EXCEPTION '{self.message}'; END $$ LANGUAGE plpgsql",
            *(
                f"CREATE TRIGGER {self.trigger}_no_{verb} BEFORE {verb.upper()} ON {self.table} FOR EACH {each} {calls}"
                for verb, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
            ),
        ]
