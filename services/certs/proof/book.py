"""The book that the checking script reads: keys, names behind codes, labels, words.

All of it is public. The page without a server carries it inside, so what it
knows is what was known on its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from services.certs.library import Library
from services.certs.proof.codes import FIELDS, KINDS
from services.certs.proof.prover import Prover
from shared.clock import SEOUL
from shared.settings import Settings
from shared.words import in_language

# What the script says of a code, on the page of a number and on the page without a server.
VERDICTS: Mapping[str, Any] = {
    "signed": _l("Signed by %(university)s"),
    "signed_words": _l(
        "The QR code says what stands below, just as it was signed. Compare it with the paper."
    ),
    "caution": _l("Signed does not mean still valid: whether it is, stands at the top."),
    "changed": _l("The QR code was changed or forged"),
    "changed_words": _l(
        "What it says is not what %(university)s signed. Do not rely on the paper."
    ),
    "unknown_key": _l("Signed with a key that we do not know"),
    "unknown_key_words": _l(
        "Key %(kid)s is none of the university’s on this page. If the paper is newer than "
        "this page, check it with the newest page; if not, do not rely on it."
    ),
    "leaked": _l("Signed with a key that is no longer trusted"),
    "leaked_words": _l(
        "Key %(kid)s fell into other hands, so its signature says nothing. Check the number "
        "or the file online."
    ),
    "retired": _l("Signed with a key that was out of use by then"),
    "retired_words": _l(
        "The code says it was issued on %(day)s, but key %(kid)s was no longer used on that "
        "day. Do not rely on the paper."
    ),
    "unreadable": _l("This holds no signed facts of ours that can be read"),
    "unreadable_words": _l(
        "A character is wrong or missing, or the document is older than signed QR codes. "
        "Scan it again, or check its number online."
    ),
    "insecure": _l("This browser cannot check a signature here"),
    "insecure_words": _l(
        "Browsers check signatures only on addresses that begin with https, or in a saved "
        "file. Open this page there."
    ),
    "other": _l("The QR code is of another document"),
    "other_words": _l(
        "It is signed, but for another number than the one that was opened. Do not rely on "
        "the paper."
    ),
    "document": _l("Document"),
    "number": _l("Number"),
    "issued": _l("Issued"),
    "language_ko": _l("Korean"),
    "language_en": _l("English"),
    "type_it": _l("Too long for the code. Type it as it stands on the paper."),
    "same": _l("This is what was signed."),
    "not_same": _l("This is not what was signed (yet)."),
    "rows": _l("%(count)s entries; fingerprint"),
    "rest": _l("Further facts"),
    "rest_words": _l("They did not fit into the code; it holds their fingerprint."),
}
LISTS: Mapping[str, Any] = {"courses": _l("Courses")}
# What stands on the page without a server alone.
PAGE: Mapping[str, Any] = {
    "brand": _l("Dojang"),
    "page_title": _l("Check a print without a network"),
    "page_lead": _l(
        "Every document of %(university)s has a QR code that holds its main facts, signed. "
        "This page checks the signature on your own device; nothing is sent anywhere."
    ),
    "scan_title": _l("Show it the QR code"),
    "camera": _l("Scan with the camera"),
    "stop": _l("Stop the camera"),
    "picture": _l("Or choose a photo or a scan of the paper"),
    "address": _l("Or enter the address of the code"),
    "address_hint": _l(
        "With a hand scanner, put the cursor here and scan. Or paste the address that your "
        "phone shows."
    ),
    "check": _l("Check"),
    "reading": _l("Reading the picture …"),
    "no_code": _l("No QR code was found in the picture. Take it closer, in even light."),
    "no_picture": _l("This is not a picture that the browser can read."),
    "no_camera": _l("The camera cannot be used. Choose a photo instead."),
    "caution": _l(
        "Signed does not mean still valid: a signed document may have been revoked since. "
        "Only the online check knows."
    ),
    "live": _l("Whether it is still valid, with a network:"),
    "keep_title": _l("For when there is no network"),
    "keep_words": _l(
        "Once opened, this page also opens without a network, and can be put on the home "
        "screen. Or save it as one file, which also works from a USB stick:"
    ),
    "save": _l("Save as a file"),
    "age": _l("The university’s keys on this page are those of %(day)s."),
    "what_title": _l("What it can and cannot say"),
    "what_signed": _l(
        "It says whether the facts in the code are the university’s. Whether the paper says "
        "the same, you see by comparing."
    ),
    "what_code": _l(
        "A code can be copied onto another paper: what counts is what is shown here, not "
        "that there is a code."
    ),
}


def book(
    settings: Settings,
    library: Library,
    prover: Prover,
    languages: Iterable[str],
    texts: Mapping[str, Any],
) -> dict[str, Any]:
    """The book in some languages."""
    spoken = list(languages)
    return {
        "keys": prover.published()["keys"],
        "kinds": {code: name for name, code in KINDS.items()},
        "fields": {code: name for name, code in FIELDS.items()},
        "papers": {kind: _paper(library, kind, spoken) for kind in KINDS},
        "university": {
            language: getattr(settings, f"university_{language}") for language in spoken
        },
        "words": {language: _words(texts, language) for language in spoken},
        "base": settings.base_url.rstrip("/"),
    }


def day_of(now: datetime) -> str:
    """The day in Seoul."""
    return now.astimezone(SEOUL).date().isoformat()


def _paper(library: Library, kind: str, languages: list[str]) -> dict[str, Any]:
    """What a paper and its proven fields are called, as far as it has them."""

    def label(field: str) -> dict[str, str]:
        return {language: library.label(kind, field, language) for language in languages}

    labels = {field: label(field) for field in FIELDS}
    own = {field: found for field, found in labels.items() if set(found.values()) != {field}}
    return {
        "title": {language: library.title(kind, language) for language in languages},
        "labels": _lists(languages) | own,
    }


def _lists(languages: list[str]) -> dict[str, dict[str, str]]:
    """Papers have names for the columns of a list; the list as a whole is named here."""
    spoken = {language: _words(LISTS, language) for language in languages}
    return {field: {language: spoken[language][field] for language in languages} for field in LISTS}


def _words(texts: Mapping[str, Any], language: str) -> dict[str, str]:
    with in_language(language):
        return {name: str(text) for name, text in texts.items()}
