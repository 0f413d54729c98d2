from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "learncity.apps.roles"
    label = "roles"

    def ready(self) -> None:
        """Have roles end with their organization, which stays while the city's office is at it."""
        from learncity.apps.organizations import services as organizations

        from . import services

        organizations.before_ending(services.end_with)
