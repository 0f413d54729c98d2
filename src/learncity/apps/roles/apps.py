from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "learncity.apps.roles"
    label = "roles"

    def ready(self) -> None:
        """Have an organization stay as long as the city's office is at it."""
        from learncity.apps.organizations import services as organizations

        from . import services

        organizations.ask_before_ending(services.keep_the_office)
