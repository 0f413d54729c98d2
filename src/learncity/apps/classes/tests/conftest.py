"""Classes as a list brings them."""

import pytest
from django.utils import translation

from .importing import LINE, bring_rows, said


@pytest.fixture
def brought(tmp_path_factory, city):
    """Import these rows, each said by what differs from ``LINE``; the outcome."""

    def brought(*rows, **options):
        folder = tmp_path_factory.mktemp("brought")
        return bring_rows(folder, [said(LINE, **row) for row in rows], **options)

    return brought


@pytest.fixture
def bring(tmp_path_factory):
    """Import whole rows, some at a time; the outcome with every mistake, in English."""

    def bring(*rows, **options):
        return bring_rows(tmp_path_factory.mktemp("import"), rows, **options)

    with translation.override("en"):
        yield bring
