"""What a city's file states of persons, as it was last applied."""

from django.utils.translation import gettext_lazy

from learncity.apps.people import queries as people
from learncity.kernel import blueprints
from learncity.kernel.models import BlueprintItem
from learncity.kernel.personal_data import Basis, Erased, OnErasure, RecordClass, register


def _forget(erased: Erased) -> int:
    """Forget what the file said; the city must also take the person out of the file itself."""
    keys = people.keys([erased.person_id]).values()
    own = sum(
        blueprints.forget(section, key=key)
        for key in keys
        for section in ("people", "memberships", "roles")
    )
    # A household's name and a mandate's two sides are words about each of them.
    shared = sum(
        blueprints.forget_naming(section, key=key)
        for key in keys
        for section in ("households", "mandates")
    )
    return own + shared


register(
    RecordClass(
        "initiatives.stated_person",
        (BlueprintItem,),
        gettext_lazy("People in the city’s file"),
        gettext_lazy("What the file of the city said of staff and instructors."),
        Basis.DUTY,
        OnErasure.DELETED,
        erase=_forget,
    ),
)
