"""Classes as a list brings them."""

import csv
import io
from datetime import UTC, datetime

import pytest

from learncity.apps.classes.imports import COLUMNS, ClassImport
from learncity.kernel.csv_files import CsvFile

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LINE = {
    "key": "ink-wed", "course": "small-shop-bookkeeping", "term": "autumn",
    "venue": "qiaotou-centre", "room": "203", "starts": "2031-03-05", "from": "18:30",
    "until": "20:00", "times": "4", "seats": "20", "waiting": "5",
}  # fmt: skip


@pytest.fixture
def brought(tmp_path_factory, city):
    """Import these rows, each said by what differs from ``LINE``; the outcome."""

    def brought(*rows, at=NOW, head=None, **options):
        text = io.StringIO()
        lines = [{**LINE, **{k.rstrip("_"): str(v) for k, v in row.items()}} for row in rows]
        writer = csv.DictWriter(text, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
        path = tmp_path_factory.mktemp("brought") / "classes.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        file = CsvFile(path, COLUMNS)
        return ClassImport(file, at=at, **options).write(list(file.rows()))

    return brought
