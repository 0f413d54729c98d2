from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "learncity.apps.initiatives"
    label = "initiatives"
