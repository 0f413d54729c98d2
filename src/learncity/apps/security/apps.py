import logging

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "learncity.apps.security"
    label = "security"

    def ready(self) -> None:
        """Name what the record and the trail hear; keep keys of people out of the log."""
        from learncity.apps.record import services as record

        from . import facts

        record.register(*facts.ALL)
        # The library tells the number of every passkey it meets.
        logging.getLogger("fido2").setLevel(logging.WARNING)
