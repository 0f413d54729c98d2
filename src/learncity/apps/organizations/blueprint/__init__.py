"""The room's part of a city's file: organizations to agreements."""

from .agreements import Agreements
from .committees import Committees
from .register import Organizations
from .venues import Venues

__all__ = ["Agreements", "Committees", "Organizations", "Venues"]
