"""The kinds of lists that the office can send. A new kind is a line here and an importer below."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from learncity.apps.people import imports as people
from learncity.kernel.acting import By
from learncity.kernel.csv_files import Columns, CsvFile
from learncity.kernel.importing import Importer

from .types import ImportValue, KindUnknown

_TAIL = 4


@dataclass(frozen=True)
class Kind:
    """A kind of list.

    Attributes:
        label: what the office calls it.
        labels: what the office calls each column.
        private: columns of which a preview shows the last signs only.
        giver: columns that one word of the office may stand for.
        batch: rows a transaction.
        make: whoever writes its rows, or only looks at them.
    """

    columns: Columns
    label: str | Promise
    labels: Mapping[str, str | Promise]
    private: frozenset[str]
    giver: Sequence[str]
    batch: int
    make: Callable[[CsvFile, ImportValue, By, datetime, bool], Importer]

    def shown(self, column: str, value: str) -> str:
        """A cell as a preview shows it."""
        if column in self.private and value:
            return f"**** {value[-_TAIL:]}" if len(value) > 2 * _TAIL else "****"
        return value


def kind_of(key: str) -> Kind:
    """A kind by its key.

    Raises:
        KindUnknown: there is none.
    """
    if key not in KINDS:
        raise KindUnknown(key)
    return KINDS[key]


def _people(
    file: CsvFile, value: ImportValue, by: By, at: datetime, is_check: bool
) -> people.PeopleImport:
    return people.PeopleImport(
        file,
        list_name=value.list_name,
        by=by,
        at=at,
        region=value.country,
        invented=settings.DEMO,
        language=value.language,
        is_check=is_check,
    )


KINDS = {
    "people": Kind(
        people.COLUMNS,
        _("People"),
        {
            "key": _("The list’s own number"),
            "name": _("Name"),
            "family_name": _("Family name"),
            "given_name": _("Given name"),
            "phone": _("Phone number"),
            "email": _("E-mail address"),
            "born": _("Year of birth"),
            "language": _("Language"),
            "home": _("Where they live, name, key or code"),
            "hometown": _("Where they come from"),
            "groups": _("Groups"),
            "national_id": _("National ID number"),
            "country": _("Country of the national ID"),
            "old_national_id": _("Old Chinese ID card, 15 digits"),
            "residence_permit": _("Residence permit, Hong Kong, Macao, Taiwan"),
            "hk_macao_permit": _("Mainland travel permit, Hong Kong and Macao"),
            "taiwan_permit": _("Mainland travel permit, Taiwan"),
            "foreign_resident_card": _("Foreign permanent resident ID card"),
            "passport": _("Passport"),
            "passport_country": _("Country of the passport"),
            "union_number": _("Trade union number"),
            "union": _("Trade union"),
            "employee_number": _("Employee number"),
            "employer": _("Employer"),
            "student_number": _("Student number"),
            "school": _("School"),
        },
        frozenset(("key", "phone", "email", *people.NUMBERS)),
        ("union", "employer", "school"),
        people.BATCH,
        _people,
    )
}
