"""What people read when a bank's file is refused."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from services.forms.bulk import texts as lists
from services.forms.catalog.kind import Text

TEXTS: Mapping[str, Text] = {
    "bank_columns": _l(
        "The headings must have each of the four columns once. Look at: %(columns)s."
    ),
    "no_bank_file": _l("There is no such file."),
    "nothing_to_enter": _l("No line of this file can be taken."),
    "entered_already": _l("This file was entered; what was entered stays."),
    "not_your_office": _l("This is done by another office."),
}


def text_of(code: str, facts: Mapping[str, object]) -> str:
    """The sentence for a file that is refused."""
    known = {**lists.TEXTS, **TEXTS, "no_file": lists.TEXTS["no_list"]}
    return str(known[code]) % facts
