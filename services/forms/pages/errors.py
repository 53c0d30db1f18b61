"""What people read when a use case refuses: a sentence for each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.forms.applications import resident
from shared import say
from shared.errors import DojangError

TEXTS: Mapping[str, Any] = {
    "upload_disguised": _l(
        "“%(name)s” is a file of type %(is_really)s, whatever its name says. "
        "Save it as a PDF and add it again."
    ),
    "upload_type": _l("“%(name)s” is not a PDF, JPEG or PNG. Save it as a PDF and add it again."),
    "upload_too_large": _l("“%(name)s” is too large. Up to %(size)s each."),
    "upload_locked": _l("“%(name)s” needs a password. Save it without one and add it again."),
    "upload_too_many": _l("“%(name)s” is one too many. %(most)s files are the most."),
    "upload_name": _l("The name of a file cannot be used. Rename it and add it again."),
    "upload_damaged": _l("“%(name)s” cannot be opened. Save it anew and add it again."),
    "upload_infected": _l(
        "“%(name)s” is known as harmful to the virus scanner. It was not added; scan your computer."
    ),
    "upload_empty": _l("“%(name)s” is empty."),
    "reason_needed": _l("Say why. It is read as you write it."),
    "resident_number": resident.SENTENCE,
    "reason_bad": _l("That is too long or holds characters that cannot be printed."),
    "nothing_ticked": _l("Tick at least one request."),
    "signature_needed": _l("Type your name. It is your signature."),
    "signature_bad": _l("Type your name with 1 to 42 letters. It is your signature."),
    "bad_granted": _l("That extent cannot be granted here."),
    "bad_reference": _l("That reference is too long or cannot be printed."),
    "bad_decision": _l("Choose a decision."),
    "bad_code": _l("Choose a reason."),
    "letter_bad": _l("That is too long, or holds characters that cannot be printed."),
    "letter_type": _l(
        "“%(name)s” is neither a Word file (DOCX) nor a PDF. Save it as one of them, or paste the "
        "text below."
    ),
    "letter_macros": _l("“%(name)s” holds macros. Save it as a DOCX without macros."),
    "letter_file_too_long": _l("“%(name)s” is far longer than a letter. Paste the text below."),
    "letter_scan": _l(
        "“%(name)s” is a picture: it has no text in it. Add the Word file it was made from, or "
        "type the text below."
    ),
    "no_file": _l("Choose a file first."),
    "checks_busy": _l("Too many files are being read. Try again in half a minute."),
    "nothing_to_put_back": _l("There is nothing to put back."),
    "bad_way": _l("Choose how it was delivered."),
    "bad_day": _l("Choose a day from the issue of the letter to today."),
    "code_needed": _l("Ask for a code first, or for a new one. What you typed is kept."),
    "not_delegable": _l(
        "Nobody else can sign this: you were asked for in person, or act for somebody yourself."
    ),
    "own_delegate": _l("Choose somebody else than the one who was asked."),
    "delegate_applies": _l("The applicant cannot sign their own application."),
    "delegate_signs": _l("That professor signs this application already. Choose another one."),
    "bad_absence": _l("Give two days from today on, the first one first, a year apart at most."),
    "absence_there": _l("Somebody signs for you on these days already. Take that back first."),
    "has_a_seat": _l("That professor is asked in this step already. Choose another one."),
    "unknown_professor": _l("Choose a professor from the list."),
    "as_named": _l(
        "Only the professor whom the student named can sign here. For somebody else, the student "
        "withdraws this application and sends another."
    ),
    "not_awaiting": _l("Nothing waits for a second person here: somebody was quicker."),
    "second_person": _l(
        "Whoever asked for it cannot confirm it. Another person of the office does."
    ),
    "being_replaced": _l("A corrected one is on its way. Wait until it is there."),
    "being_revoked": _l("Its revocation is on its way."),
    "not_valid": _l("This document is without effect already."),
    "no_document": _l("There is no such document, or it is not yours to see."),
    "no_blank_form": _l("There is no such form to fill in by hand."),
    "no_attachment": _l("There is no such file."),
    "staff_only": _l("This is for the staff of the office."),
    "sent_recently": _l("It was sent a few minutes ago. Look in the spam folder, too."),
    "bad_email": _l("That is not an e-mail address."),
    "wrong_state": _l("That is no longer possible: the application has moved on."),
    "open_application": _l("Another one of this kind and semester is on its way already."),
    "too_many_drafts": _l("You have too many drafts. Throw one away first."),
    "no_application": _l("There is no such application, or it is not yours to see."),
    "no_such_person": _l("There is no such person."),
    "unknown_kind": _l("There is no such application form."),
    "no_delegation": _l("Nobody signs for somebody else here any more."),
    "unprintable": _l("No font of the paper has: %(missing)s."),
    "too_long_for_paper": _l("That is longer than its place on the paper."),
    "unknown_link": _l("This link is not known. Open it whole, as it stands in the e-mail."),
    "foreign_form": _l("This page was open for too long, or came from elsewhere. Open it anew."),
    "database_unavailable": _l(
        "A part of the system is away. Try again in a minute; nothing is lost."
    ),
}


def text_of(error: DojangError, **more: Any) -> str:
    """The sentence for an error, its figures said as people say them."""
    findings = error.facts.get("findings")
    if findings:
        return " ".join(str(one.message) for one in findings)
    text = TEXTS.get(error.code)
    if text is None:
        return str(_("That did not work. Try again."))
    facts = {**error.facts, **more}
    if error.code == "upload_too_large":
        facts["size"] = say.size(int(facts["most"])).replace(".0", "")
    return str(text) % facts
