from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_tokens")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="generation",
            field=models.PositiveIntegerField(default=0, help_text="sessions of an earlier one are over"),
        ),
    ]
