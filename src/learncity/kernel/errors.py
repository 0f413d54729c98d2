"""The root of every anticipated failure."""

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule of the domain said no; the caller is expected to handle it.

    ``says`` is a whole sentence for the person concerned, translated when it is shown, and what to
    do about it; ``code`` is the stable symbol that programs match on.
    """

    says: str | Promise = ""
    code: str = "refused"


class NotFound(DomainError):
    """Nothing carries this identifier. The web and REST shells answer 404."""

    code = "not_found"
