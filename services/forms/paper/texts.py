"""What people read when a paper form cannot be entered."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Text

TEXTS: Mapping[str, Text] = {
    "not_on_paper": _l("Your office takes no such form on paper."),
    "unknown_student": _l("Nobody with this student number is on record."),
    "arrived_later": _l("The form cannot have arrived later than now."),
    "bad_arrival": _l("Write when it arrived, like 2022-09-05T13:40 (Korean time)."),
    "scan_needed": _l("Add the scan of the signed form."),
    "nobody_on_record": _l(
        "A professor who must sign is not on record for this student. Complete the register first."
    ),
}
