from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "learncity.apps.roles"
    label = "roles"
