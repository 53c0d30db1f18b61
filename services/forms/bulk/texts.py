"""What people read when a list is refused."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Text

TEXTS: Mapping[str, Text] = {
    "no_list": _l("Choose the file with the list."),
    "list_workbook": _l("This is a workbook. Save the sheet as “CSV UTF-8” and send that."),
    "list_encoding": _l("The letters cannot be read. Save the sheet as “CSV UTF-8”."),
    "list_too_large": _l("The list is too large: %(most)s bytes are the most."),
    "list_too_long": _l("The list is too long: %(most)s rows are the most. Send it in parts."),
    "list_broken": _l(
        "From line %(line)s on it is no CSV: a quotation mark is open or out of place."
    ),
    "list_empty": _l("There are no rows below the headings."),
    "list_twice": _l("The column “%(heading)s” is there twice."),
    "list_no_numbers": _l(
        "There is no column of student numbers. Its heading is “student_number” or “학번”."
    ),
    "not_in_bulk": _l("This cannot be issued in bulk by your office."),
    "no_bulk": _l("There is no such list, or it is not your office’s."),
    "not_checked": _l("The list is still being checked. Wait a moment."),
    "nobody_may": _l("Nobody of this list may have it."),
    "bulk_over": _l("Everything has been issued already; there is nothing left to cancel."),
    "not_done": _l("Nothing of this list has been issued yet."),
    "no_archive": _l("There is no ZIP of this list now."),
    "archive_over": _l("The time of this ZIP is over. Have it packed again."),
}
