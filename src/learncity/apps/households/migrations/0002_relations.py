"""The words for what people are to each other; a city may add to them."""

from django.db import migrations

RELATIONS = {
    "parent": {"zh-Hans": "父母", "vi": "Cha, mẹ", "en": "Parent"},
    "child": {"zh-Hans": "子女", "vi": "Con", "en": "Child"},
    "spouse": {"zh-Hans": "配偶", "vi": "Vợ, chồng", "en": "Spouse"},
    "grandparent": {"zh-Hans": "祖辈", "vi": "Ông, bà", "en": "Grandparent"},
    "grandchild": {"zh-Hans": "孙辈", "vi": "Cháu", "en": "Grandchild"},
    "sibling": {"zh-Hans": "兄弟姐妹", "vi": "Anh, chị, em", "en": "Brother or sister"},
    "other": {"zh-Hans": "其他", "vi": "Khác", "en": "Other"},
}


def write(apps, schema_editor):
    relation = apps.get_model("households", "Relation")
    relation.objects.bulk_create(
        relation(key=key, name=name, order=order)
        for order, (key, name) in enumerate(RELATIONS.items(), 1)
    )


def take_away(apps, schema_editor):
    apps.get_model("households", "Relation").objects.filter(key__in=RELATIONS).delete()


class Migration(migrations.Migration):
    dependencies = [("households", "0001_households_mandates_disputes")]

    operations = [migrations.RunPython(write, take_away)]
