"""What is signed, as one hash: the same whatever the reader's language.

Contract, "Links and files": the SHA-256 over the RFC 8785 JSON of answers,
attachment hashes, kind version, template version and the signed sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.forms.applications.tables import SubmissionRow
from shared.audit import digest


def shown(
    *,
    answers: Mapping[str, Any],
    attachments: Sequence[str],
    kind_version: int,
    template_version: str,
    sentences: Sequence[str],
    letter: Mapping[str, str] | None = None,
) -> str:
    """Lowercase hex; `attachments` are SHA-256 hashes in their order.

    Whoever writes a letter signs it with the application: then it is one more member.
    """
    signed = {
        "answers": dict(answers),
        "attachments": list(attachments),
        "kind_version": kind_version,
        "template_version": template_version,
        "sentences": list(sentences),
    }
    return digest(signed if letter is None else {**signed, "letter": dict(letter)})


def changed(before: SubmissionRow | None, now: SubmissionRow) -> list[str]:
    """The names of what differs: answers' fields, `attachments`, `sentences`, versions.

    Without a known `before` everything may differ: every name is listed.
    """
    names = sorted({*now.answers, *(before.answers if before else {})})
    if before is None:
        return [*names, "attachments", "sentences"]
    found = [name for name in names if before.answers.get(name) != now.answers.get(name)]
    if _hashes(before) != _hashes(now):
        found.append("attachments")
    for name in ("sentences", "kind_version", "template_version"):
        if getattr(before, name) != getattr(now, name):
            found.append(name)
    return found


def untouched(before: SubmissionRow, now: SubmissionRow, for_office: Sequence[str]) -> bool:
    """Whether all that somebody was shown is still so, but for what the office alone judges.

    Of the attachments files may have been added; those that were seen are still there.
    """
    if not set(_hashes(before)) <= set(_hashes(now)):
        return False
    return set(changed(before, now)) <= set(for_office)


def _hashes(submission: SubmissionRow) -> list[str]:
    return [one["sha256"] for one in submission.attachments]
