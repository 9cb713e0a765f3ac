from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("briefs", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="madereport", name="place", field=models.CharField(blank=True, max_length=400)
        ),
    ]
