from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    name = "learncity.apps.households"
    label = "households"

    def ready(self) -> None:
        """Tell the record which facts this room writes, and how its things are named."""
        from learncity.apps.record import services as record

        from . import facts, queries

        record.register(*facts.ALL)
        record.register_subjects(facts.HOUSEHOLD, queries.household_names)
        record.register_subjects(facts.MANDATE, queries.mandate_names)
