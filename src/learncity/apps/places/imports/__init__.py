"""Regions and reforms from files: a country's code table, two states of a country, one decree.

Each says what every row would do, leaves out rows that cannot be and says why, and changes nothing
when the same file comes again. What came of the rows is carried out by ``services``, at the end and
in one transaction, because a reform is one thing.
"""

from ._china import COLUMNS as CHINA_COLUMNS
from ._china import ChinaImport
from ._decree import COLUMNS as DECREE_COLUMNS
from ._decree import DecreeImport, read_lines
from ._population import COLUMNS as POPULATION_COLUMNS
from ._population import PopulationImport
from ._vietnam import COLUMNS as VIETNAM_COLUMNS
from ._vietnam import VietnamImport

__all__ = [
    "CHINA_COLUMNS",
    "DECREE_COLUMNS",
    "POPULATION_COLUMNS",
    "VIETNAM_COLUMNS",
    "ChinaImport",
    "DecreeImport",
    "PopulationImport",
    "VietnamImport",
    "read_lines",
]
