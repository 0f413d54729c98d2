from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "learncity.apps.organizations"
    label = "organizations"
