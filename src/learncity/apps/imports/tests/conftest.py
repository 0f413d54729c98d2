"""An office that sends lists into a folder of its own."""

import pytest
from django.utils import timezone, translation

from learncity.apps.imports import queries, services
from learncity.apps.people.factories import make_person
from learncity.kernel.acting import By, Via

# What the columns of most lists here hold.
COLUMNS = {"key": "编号", "name": "姓名", "phone": "电话号", "born": "出生年"}


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path, city):
    settings.IMPORTS_ROOT = tmp_path / "imports"
    with translation.override("en"):
        yield


@pytest.fixture
def office(city):
    return By(make_person("Clerk"), Via.DESK)


@pytest.fixture
def send(office):
    def send(text, name="list.csv", **said):
        content = text if isinstance(text, bytes) else text.encode()
        return services.send(
            **{
                "kind": "people", "list_name": "Union", "file_name": name, "content": [content],
                "language": "zh-Hans", "giver": "", "spoken": "en", "by": office,
                "at": timezone.now(), **said,
            }
        )  # fmt: skip

    return send


@pytest.fixture
def go(send, office):
    """A list that is sent, checked and, unless it shall stay so, applied."""

    def go(text, columns=COLUMNS, *, is_applied=True, **said):
        value = send(text, **said)
        services.check(import_id=value.id, columns=columns.items(), by=office, at=timezone.now())
        assert services.run(value.id)
        if is_applied:
            services.apply(import_id=value.id, by=office, at=timezone.now())
            assert services.run(value.id)
        return queries.find(value.id)

    return go
