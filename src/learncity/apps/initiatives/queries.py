"""Everything that can be asked of initiatives. Nothing here writes."""

from learncity.kernel.models import Blueprint
from learncity.kernel.texts import Text

from .types import City, Help


def cities() -> list[City]:
    """Every city that was set up, by key; one query."""
    found = []
    for blueprint in Blueprint.objects.order_by("key"):
        head = blueprint.head
        said = head.get("help", {})
        found.append(
            City(
                blueprint.key,
                Text(head.get("title", {})),
                Text(head.get("story", {})),
                head.get("city", ""),
                Help(
                    said.get("phone", ""),
                    Text(said.get("hours", {})),
                    Text(said.get("address", {})),
                ),
            )
        )
    return found
