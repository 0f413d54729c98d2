from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "learncity.apps.notices"
    label = "notices"
