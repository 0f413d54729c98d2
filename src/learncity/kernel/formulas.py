"""Cells of a table of text that a spreadsheet would run as a formula: marked, and read again."""

import re

# A cell that begins so would be run as a formula by the reader's spreadsheet.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
# So does what follows a sign at which a spreadsheet may cut a cell: Excel cuts at semicolons in
# Vietnamese, and then knows only the quotation marks of a row's first cell.
_CUT = re.compile(r"""([;\t\r\n][\s"]*)(?='*[=+@-])""")
_MARKED = re.compile(r"""^'(?='*[=+\-@\t\r])|([;\t\r\n][\s"]*)'(?='*[=+@-])""")


def defused(value: str) -> str:
    """The words with a mark before everything that would be run."""
    value = _CUT.sub(r"\1'", value)
    return f"'{value}" if _FORMULA.match(value) and not _is_phone(value) else value


def unmarked(value: str) -> str:
    """The words that were marked, as they were."""
    return _MARKED.sub(lambda found: found[1] or "", value) if "'" in value else value


def _is_phone(value: str) -> bool:
    return value[:1] == "+" and value[1:].isdigit()
