from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class KernelConfig(AppConfig):
    name = "learncity.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Load what rooms register, so every process knows who hears what and what is kept."""
        import_module("learncity.kernel.worker")
        for config in apps.get_app_configs():
            if config.name.startswith("learncity."):
                for role in ("personal", "handlers", "jobs"):
                    if find_spec(f"{config.name}.{role}"):
                        import_module(f"{config.name}.{role}")
