from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "learncity.apps.people"
    label = "people"
