"""What is kept since now, for people who were there before: words of names, first residences."""

from django.db import migrations

from learncity.kernel.words import name_words

# Nobody wrote down since when; the day the record was made is the latest it can have been.
_RESIDENCES = """
INSERT INTO people_residence (id, person_id, place_id, since, stated_via)
SELECT gen_random_uuid(), p.id, p.home_id, p.created_at, 'SYSTEM' FROM people_person p
WHERE p.home_id IS NOT NULL
AND NOT EXISTS (SELECT FROM people_residence r WHERE r.person_id = p.id)
"""


def fill_words(apps, schema_editor):
    """Work out the words of every name, a thousand at a time."""
    person = apps.get_model("people", "Person")
    rows = person.objects.exclude(name="").only("id", "name")
    batch = []
    for row in rows.iterator(chunk_size=1000):
        row.name_words = name_words(row.name)
        batch.append(row)
        if len(batch) == 1000:
            person.objects.bulk_update(batch, ["name_words"])
            batch = []
    person.objects.bulk_update(batch, ["name_words"])


class Migration(migrations.Migration):
    dependencies = [("people", "0004_aliases")]

    operations = [
        migrations.RunPython(fill_words, migrations.RunPython.noop),
        migrations.RunSQL(_RESIDENCES, migrations.RunSQL.noop),
    ]
