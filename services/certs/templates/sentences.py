"""What a finding says to a person, by its code; and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.certs.templates.findings import Finding, Place

SENTENCES: Mapping[str, Any] = {
    # the file
    "other_form": _l("This is neither a Word file (.docx) nor a PDF form (.pdf)."),
    "disguised": _l("The file is not what its name says. Save it again and upload that."),
    "not_a_docx": _l("This is not a Word file that can be opened. Save it again as .docx."),
    "broken_pdf": _l("This PDF cannot be read. Save it again with the program that made it."),
    "broken_xml": _l("A part of the Word file is damaged. Save it again in Word."),
    "too_large": _l("The file is larger than %(megabytes)s MB, or has too many parts or pages."),
    "too_costly": _l("Looking through this file takes too long or too much memory."),
    "unreadable": _l("The file cannot be read to its end. Save it again and upload that."),
    "encrypted": _l("The file is protected by a password. Save it without one."),
    "file_lost": _l("The uploaded file is no longer in the store. Upload it again."),
    # what is dangerous, by name
    "macros": _l("The file holds macros (programs). Save it as a .docx without macros."),
    "zip_bomb": _l("The file would unpack to far more than a template has (a ZIP bomb)."),
    "path_traversal": _l("A part of the file has a name that leads out of it (path traversal)."),
    "nested_archive": _l("The file holds another archive or program."),
    "odd_encoding": _l("A part of the file is written in an encoding other than UTF-8."),
    "odd_xml": _l("The file holds an XML processing instruction, which no template needs."),
    "xml_entities": _l("The file holds a DTD or XML entities, which no Word file needs."),
    "remote_picture": _l("A picture is fetched from elsewhere. Put the picture itself in."),
    "remote_link": _l("There is a link to an address. Remove the link; plain text may stay."),
    "external_relationship": _l("The file refers to something outside of it."),
    "attached_template": _l("The file refers to a template of Word (attached template)."),
    "embedded_object": _l("The file holds an embedded object (OLE). Put a picture instead."),
    "embedded_control": _l("The file holds a control (ActiveX)."),
    "embedded_text": _l("The file takes in another file (altChunk)."),
    "embedded_font": _l("Fonts are embedded. Switch that off in Word: Options, Save."),
    "linked_text": _l("The file takes in text of another file."),
    "mail_merge": _l("The file is set up for a mail merge. Finish it or remove it."),
    "tracked_changes": _l("There are tracked changes. Accept or reject all of them."),
    "field_command": _l("There is a Word field %(command)s. Only page numbers may be fields."),
    "picture_type": _l("A picture is neither PNG, JPEG nor EMF. Save it as PNG."),
    "picture_bomb": _l("A picture has more than 40 million pixels."),
    "pdf_javascript": _l("The PDF holds JavaScript."),
    "pdf_launch": _l("The PDF starts a program (launch action)."),
    "pdf_submit": _l("The PDF sends or fetches form data."),
    "pdf_media": _l("The PDF holds sound, film or 3D."),
    "pdf_attachment": _l("The PDF holds attached files."),
    "pdf_xfa": _l("The PDF is an XFA form. Make a plain form (AcroForm) of it."),
    "pdf_signed": _l("The PDF is signed. Upload the form before it was signed."),
    # tags
    "unclosed_tag": _l("A tag is opened and not closed in its paragraph, or closed only."),
    "bad_tag": _l("A tag cannot be read: %(why)s."),
    "tag_special": _l("The tag %(name)s cannot be used here."),
    "tag_call": _l("A tag calls a function. Only fields, loops and conditions can be used."),
    "tag_import": _l("A tag takes in another file. Only fields, loops and conditions can be used."),
    "tag_macro": _l(
        "A tag defines a block or macro. Only fields, loops and conditions can be used."
    ),
    "tag_set": _l("A tag sets a variable. Only fields, loops and conditions can be used."),
    "tag_index": _l("A tag takes an item by its number or key. Use a loop."),
    "tag_private": _l("A tag reaches for something hidden: %(name)s."),
    "tag_filter": _l("The filter or test “%(name)s” cannot be used here."),
    "tag_other": _l("A tag computes something. Only fields, loops and conditions can be used."),
    "range_loop": _l("A loop counts by itself (range). Loops go over a list of the paper."),
    "endless_loop": _l("The list “%(name)s” is looped over inside itself, or loops are too deep."),
    "bad_filled": _l("filled(first, more) takes two numbers from 1 to %(most)s."),
    "value_filter": _l("The filter “%(name)s” on a value needs LibreOffice for each document."),
    # fields
    "unknown_field": _l("There is no field “%(name)s” for this paper."),
    "misspelt_field": _l("There is no field “%(name)s”. Did you mean “%(meant)s”?"),
    "unused_field": _l("The field “%(name)s” does not appear on the paper."),
    "missing_field": _l("The field “%(name)s” is missing; every paper needs it."),
    "missing_picture": _l(
        "There is no picture named “%(name)s”: give one that name in Word "
        "(Selection Pane), or a field in a PDF form."
    ),
    "no_alternative": _l("The picture “%(name)s” has no alternative text for blind readers."),
    "flag_as_text": _l("“%(name)s” is yes or no. Use it in a condition."),
    "list_as_text": _l("“%(name)s” is a list. Use it in a loop."),
    "group_as_text": _l("“%(name)s” is a group of fields. Write which one, as in group.field."),
    "not_a_list": _l("“%(name)s” is not a list, so nothing can be repeated for it."),
    "list_in_form": _l("“%(name)s” is a list. A PDF form cannot repeat rows; use a Word file."),
    "cannot_be_filled": _l("The template cannot be filled with the sample."),
    # look
    "missing_font": _l("The font “%(font)s” is not one of those that papers are printed in."),
    "font_not_embedded": _l("The font “%(font)s” is not embedded in the PDF."),
    "east_asian_language": _l(
        "The East Asian language of this text is %(language)s. Set the proofing language to Korean."
    ),
    "missing_title": _l("The file has no title in its properties; “%(title)s” is used."),
    "missing_language": _l("The file does not say its language; %(language)s is used."),
    "wrong_language": _l(
        "The file says that its language is %(language)s; it should be %(wanted)s."
    ),
    # PDF forms
    "no_form_fields": _l("The PDF has no form fields."),
    "form_field_kind": _l("The form field “%(name)s” is not a text field."),
    "box_too_small": _l("The form field “%(name)s” is too small to be read."),
    "page_turned": _l("This page is turned or its corner is not at nought."),
    "page_size": _l("This page is larger or smaller than paper."),
    "form_untagged": _l(
        "Papers from a PDF form are signed, but do not claim PDF/A and PDF/UA. "
        "Use a Word file where that matters."
    ),
    # making
    "needs_libreoffice": _l(
        "A Word file has to be compiled by LibreOffice, which is not installed here. "
        "Upload a PDF form, or ask whoever runs Dojang."
    ),
    "by_libreoffice": _l(
        "This template cannot be compiled (%(reason)s): LibreOffice makes each document, "
        "in a second rather than milliseconds."
    ),
    "too_slow": _l("Compiling took too long."),
    "crashed": _l("Compiling broke down."),
    "gave_up": _l("Compiling was tried three times and given up."),
    "cannot_be_made": _l("The template cannot be compiled (%(reason)s)."),
    "does_not_fit": _l(
        "“%(name)s” with %(characters)s letters does not fit, %(fits)s do (%(script)s)."
    ),
    "rows_do_not_fit": _l(
        "filled(first, more) is not what the pages hold: %(items)s rows of “%(field)s” take "
        "%(pages)s pages."
    ),
    "cut_off": _l("With the longest values something is cut off."),
    "missing_glyph": _l("“%(name)s”: no font prints %(character)s (%(script)s)."),
}
REASONS: Mapping[str, Any] = {
    "mixed_formats": _l("two formats in one paragraph with a value"),
    "nested_loop": _l("a loop inside a loop"),
    "filter_on_value": _l("a filter on a value"),
    "condition_on_item": _l("a condition on an item of a list"),
    "computed_list": _l("a list that is computed"),
    "computed_value": _l("a value that is computed"),
    "slot_lost": _l("a value that does not show"),
    "too_many_blocks": _l("too many loops and conditions"),
    "bad_template": _l("the tags do not fit together"),
    "not_converted": _l("LibreOffice cannot read it"),
    "office_slow": _l("LibreOffice took too long"),
}
SCRIPTS: Mapping[str, Any] = {
    "sample": _l("sample"),
    "latin": _l("longest values"),
    "vietnamese": _l("Vietnamese"),
    "cyrillic": _l("Cyrillic"),
    "hanja": _l("Hanja"),
    "hangul": _l("long Hangul"),
}
PARTS: Mapping[str, Any] = {
    "body": _l("Text"),
    "header": _l("Header"),
    "footer": _l("Footer"),
    "notes": _l("Notes"),
    "properties": _l("Properties"),
    "file": _l("File"),
    "form": _l("Form field"),
    "page": _l("Page"),
}


def sentence(finding: Finding) -> str:
    """What a finding says, in the reader's language."""
    facts = dict(finding.facts)
    if "script" in facts:
        facts["script"] = str(SCRIPTS.get(facts["script"], facts["script"]))
    if "reason" in facts:
        facts["reason"] = str(REASONS.get(facts["reason"], facts["reason"]))
    said = SENTENCES.get(finding.code)
    if said is None:
        return finding.code
    try:
        return str(said) % facts
    except KeyError:  # an older finding without a figure that is told today
        return finding.code


def where(place: Place) -> str:
    """“Text, paragraph 14, table 2, row 3”; nothing where it is the file as a whole."""
    if place.part == "file" and not place.name:
        return ""
    words = [str(PARTS.get(place.part, place.part))]
    if place.name:
        words[0] += f" {place.name}"
    numbers = (
        (place.page, _("page %(n)s", n=place.page)),
        (place.paragraph, _("paragraph %(n)s", n=place.paragraph)),
        (place.table, _("table %(n)s", n=place.table)),
        (place.row, _("row %(n)s", n=place.row)),
    )
    words += [said for number, said in numbers if number]
    return ", ".join(words)
