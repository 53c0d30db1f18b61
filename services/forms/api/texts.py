"""What people read for the code of an error; a program reads the code in `type`."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from services.forms.applications import resident
from services.forms.bars import texts as bars
from services.forms.bulk import texts as bulk
from services.forms.catalog.kind import Text
from services.forms.lists import texts as lists
from services.forms.lost import texts as lost
from services.forms.paper import texts as paper
from services.forms.payments import texts as payments
from services.forms.semesters import texts as semesters

TEXTS: Mapping[str, Text] = {
    **bulk.TEXTS,
    **payments.TEXTS,
    **lists.TEXTS,
    **semesters.TEXTS,
    **paper.TEXTS,
    **bars.TEXTS,
    **lost.TEXTS,
    # signing in
    "wrong_credentials": _l("The ID or the password is not right."),
    "wrong_code": _l("That is not the code."),
    "challenge_over": _l("This sign-in took too long or was finished. Sign in anew."),
    "bad_language": _l("Choose Korean (ko) or English (en)."),
    "bad_channel": _l("That way is not on record for you."),
    "bad_texts": _l("Text messages go to students whose number is on record."),
    "bad_digest": _l("Say never, many or always."),
    "bad_hours": _l("Give whole hours from 0 to 23."),
    "too_many_tries": _l("Too many tries. You can try again in %(retry_after)s seconds."),
    "too_many_codes": _l("Too many codes. You can go on in %(retry_after)s seconds."),
    "codes_unavailable": _l("Codes cannot be sent right now. Try again in a minute."),
    "authenticator_there": _l("An authenticator app is in use. Remove it first."),
    "authenticator_not_begun": _l("Begin anew: there is no app waiting for its first code."),
    "wrong_app_code": _l("That is not what the app shows now."),
    "channel_unavailable": _l("This way is not working right now. Choose the other one."),
    "not_signed_in": _l("Please sign in."),
    "notice_required": _l("Read and accept the privacy notice first."),
    "no_password": _l("You have no password. A link to choose one is sent from the sign-in page."),
    "sign_in_again": _l("Sign in again, then do this within ten minutes."),
    "password_too_short": _l("Take at least %(least)s characters."),
    "password_too_long": _l("Take at most %(most)s characters."),
    "password_too_common": _l("That password is on the lists that are tried first."),
    "password_is_id": _l("The password must not contain the ID."),
    # requests
    "no_json": _l("The body is not JSON."),
    "no_utf8": _l("The body is not UTF-8."),
    "no_object": _l("The body is not a JSON object."),
    "too_deep": _l("The body is nested too deeply."),
    "no_such_page": _l("There is nothing here."),
    "bad_query": _l("The address holds characters that cannot be read."),
    "bad_form": _l("The form holds characters that cannot be read."),
    "bad_key": _l("An Idempotency-Key is 1 to 100 printable characters."),
    "bad_fields": _l("Look at the field “%(field)s”."),
    "bad_text": _l("The field “%(field)s” holds characters that cannot be printed."),
    "key_reused": _l("This Idempotency-Key was used for another request."),
    "key_busy": _l("The first request with this Idempotency-Key is still at work."),
    "no_file": _l("Send the file in the field “file”."),
    # applications
    "findings": _l("Something has to be corrected before it can be sent."),
    "unknown_kind": _l("There is no such kind."),
    "no_application": _l("There is no such application."),
    "open_application": _l("Another one of this kind and semester is on its way."),
    "wrong_state": _l("That is not possible in the state “%(state)s”."),
    "too_many_drafts": _l("You have %(most)s drafts. Send or throw away one of them first."),
    "bad_on": _l("Write a day, like 2026-11-25."),
    "no_tuition": _l("No semester with tuition and payment periods is on record now."),
    "not_paying": _l("You do not pay tuition for this semester."),
    "students_only": _l("Only students apply."),
    "staff_only": _l("This is for staff of the office."),
    "operators_only": _l("This is for whoever operates the installation."),
    "no_dead_letter": _l("It is not stuck any more."),
    "reason_needed": _l("Say why. It is read as you write it."),
    "resident_number": resident.SENTENCE,
    "reason_bad": _l("The reason has at most %(most)s printable characters."),
    "nothing_ticked": _l("Tick at least one request."),
    "signature_needed": _l("This needs a signature."),
    "signature_bad": _l("A typed signature has 1 to 42 printable characters, a drawn one is PNG."),
    "unprintable": _l("No font of the paper has: %(missing)s. Write it differently."),
    "too_long_for_paper": _l("That is longer than its place on the paper. Shorten it."),
    "bad_decision": _l("There is no such decision."),
    "granted_bad": _l("That cannot be granted here."),
    "reference_bad": _l("The reference has at most %(most)s printable characters."),
    "unknown_professor": _l("There is no such professor."),
    "as_named": _l(
        "Only the professor whom the student named can sign here. For somebody else, the student "
        "withdraws this application and sends another."
    ),
    "code_needed": _l("A code comes first: ask for one, then give its proof with the decision."),
    "no_code_asked": _l("This step asks no code."),
    "not_delegable": _l(
        "Nobody else can sign this: you were asked for in person, or act for somebody yourself."
    ),
    "own_delegate": _l("Choose somebody else than the one who was asked."),
    "delegate_applies": _l("The applicant cannot sign their own application."),
    "delegate_signs": _l("That professor signs this application already. Choose another one."),
    "bad_absence": _l("Give two days from today on, the first one first, a year apart at most."),
    "absence_there": _l("Somebody signs for you on these days already. Take that back first."),
    "has_a_seat": _l("That professor is asked in this step already. Choose another one."),
    "bad_email": _l("That is not one plain e-mail address."),
    "letter_bad": _l("“%(field)s” has at most %(most)s printable characters."),
    "letter_type": _l("“%(name)s” is neither DOCX nor PDF (it is: %(is_really)s)."),
    "letter_macros": _l("“%(name)s” holds macros. Save it without them, as DOCX."),
    "letter_file_too_long": _l("“%(name)s” is far longer than a letter."),
    "letter_scan": _l("“%(name)s” is a picture without text. Take the file it was printed from."),
    "no_letter": _l("No letter is written in this step."),
    "nothing_to_put_back": _l("There is nothing to put back."),
    "bad_way": _l("A paper is “handed” or “mailed”."),
    "bad_day": _l("Write a day from the issue of the paper to today, like 2026-11-25."),
    "upload_infected": _l("The virus scanner knows this file as harmful. It was not kept."),
    "scanner_away": _l("The virus scanner does not answer. Try again in a few minutes."),
    "checks_busy": _l("Too many files are being read. Try again in half a minute."),
    "no_step": _l("There is no such step."),
    "bad_view": _l("There is no such view."),
    "bad_offset": _l("“limit” and “offset” are whole numbers."),
    # files
    "no_attachment": _l("There is no such file."),
    "upload_empty": _l("“%(name)s” is empty."),
    "upload_too_large": _l("“%(name)s” is too large: %(most)s bytes are the most."),
    "upload_too_many": _l("%(most)s files are the most."),
    "upload_type": _l("“%(name)s” is not a PDF, JPEG or PNG (it is: %(is_really)s)."),
    "upload_disguised": _l("“%(name)s” is really something else: %(is_really)s."),
    "upload_damaged": _l("“%(name)s” cannot be opened."),
    "upload_locked": _l("“%(name)s” needs a password. Save it without one."),
    "upload_name": _l("The name of the file cannot be used. Rename it."),
    # links
    "unknown_link": _l("This link is not known. Open it whole, as it stands in the e-mail."),
    "link_used": _l("This link has been used. Nothing more to do."),
    "link_expired": _l("This link has expired. Ask for a new one."),
    "link_replaced": _l("This link has been replaced. Open the one in the newest e-mail."),
    "link_delegated": _l("Somebody else signs this on your behalf. You can take it back."),
    "no_delegation": _l("Nobody signs for somebody else here."),
    "link_closed": _l("The application has ended or moved on. Nothing more to do."),
    "sent_recently": _l("The link was sent a moment ago. Look in the spam folder, too."),
    "shown_changed": _l("The application changed while you were reading. Look at it again."),
    # papers
    "no_document": _l("There is no such document."),
    "bad_format": _l("The format is pdf or docx."),
    "bad_code": _l("The code is error, withdrawn or other."),
    "not_awaiting": _l("Nothing waits for a second person here: somebody was quicker."),
    "second_person": _l(
        "Whoever asked for it cannot confirm it. Another person of the office does."
    ),
    "being_replaced": _l("A corrected one is on its way. Wait until it is there."),
    "being_revoked": _l("Its revocation is on its way."),
    "not_valid": _l("This document is revoked or replaced already."),
    "no_blank_form": _l("There is no such form to fill in by hand."),
    "no_preview": _l("There is no such preview."),
    "preview_failed": _l("The paper cannot be made from these answers."),
    "preview_slow": _l("The paper takes longer than usual. Try again in a moment."),
    # parts that are away
    "database_unavailable": _l("A part of the system is away. Try again in a minute."),
    "store_unavailable": _l("Files cannot be stored right now. Try again in a minute."),
    "file_missing": _l("This file is missing. Tell the contact for faults of the system."),
    "file_damaged": _l("This file is damaged. Tell the contact for faults of the system."),
}
