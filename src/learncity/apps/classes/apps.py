from django.apps import AppConfig


class ClassesConfig(AppConfig):
    name = "learncity.apps.classes"
    label = "classes"

    def ready(self) -> None:
        """Tell the record which facts this room writes, and how a class is named."""
        from learncity.apps.record import services as record

        from . import facts, queries

        record.register(*facts.ALL)
        record.register_subjects(facts.SUBJECT, queries.names)
