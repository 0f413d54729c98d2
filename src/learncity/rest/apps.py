from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "learncity.rest"
    label = "rest"
