"""What people read for codes of other departments and of the mail."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.forms.catalog.kind import Text

TROUBLES: Mapping[str, Text] = {
    "missing_glyph": _l("A character is in no font, so the paper would show a gap."),
    "missing_characters": _l("A character is in no font, so the paper would show a gap."),
    "does_not_fit": _l("A value is longer than its place on the paper."),
    "too_long": _l("A value is longer than its place on the paper."),
    "file_missing": _l("A signature or an attachment is missing in the file store."),
    "file_damaged": _l("A signature or an attachment is damaged in the file store."),
    "reason_lost": _l("It failed, and the reason was lost on its way. Trying again shows it."),
    "no_template": _l("There is no template for this paper in this language."),
    "no_such_address": _l("The address does not exist."),
    "bad_address": _l("The address is not a valid one."),
    "refused": _l("The mail server refused the letter."),
    "gave_up": _l("The mail server could not be reached for days."),
    "mailbox_full": _l("The mailbox is full."),
    "mailbox_closed": _l("The mailbox is closed."),
    "bounced": _l("The mail came back."),
    "not_reached": _l("The telephone could not be reached for days."),
    "uncertain": _l("Nobody can say whether it arrived, so it was not sent a second time."),
    "expired": _l("What the mail offered was over before it could leave."),
    "revoked_error": _l("The document contained an error."),
    "revoked_withdrawn": _l("The decision was withdrawn."),
    "revoked_other": _l("Ask the office for the reason."),
}


def trouble_text(code: str) -> str:
    """A sentence for the code; an unknown code is named, so that it can be asked about."""
    text = TROUBLES.get(code)
    return str(text) if text is not None else _("The system gave the code “%(code)s”.", code=code)
