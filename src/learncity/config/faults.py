"""What may go wrong without being a bug: one clear sentence for the operator, and an exit code."""


class Fault(Exception):
    """The command cannot do its work; the message says why and what to do."""
