"""A message reads as it was written, or is refused for ever."""

from datetime import UTC, datetime

import pytest

from shared.errors import Permanent
from shared.messages import (
    BY_TYPE,
    MESSAGES,
    DocumentIssued,
    DocumentRequested,
    Envelope,
    NotificationFailed,
)

AT = datetime(2026, 9, 2, 2, 20, 7, tzinfo=UTC)
ISSUED = DocumentIssued(
    issue_id="i1",
    application_id="a1",
    number="1SY1-ZPBQ-A73W-H64B-E",
    sha256="0" * 64,
    template_version="1",
    issued_at=AT,
)


def test_an_envelope_carries_a_message_there_and_back() -> None:
    envelope = Envelope.wrap(ISSUED, at=AT, correlation_id="a1", causation_id="m0")
    again = Envelope.from_json(envelope.to_json())
    assert again == envelope
    assert again.message() == ISSUED
    assert (again.type, again.version, again.causation_id) == ("document.issued", 1, "m0")


def test_a_reader_passes_over_fields_that_it_does_not_know() -> None:
    data = {**ISSUED.to_data(), "colour": "red"}
    assert DocumentIssued.from_data(data) == ISSUED


@pytest.mark.parametrize("field", ["issue_id", "number", "issued_at"])
def test_a_missing_field_is_refused_by_name(field: str) -> None:
    data = ISSUED.to_data()
    del data[field]
    with pytest.raises(Permanent, match=field) as caught:
        DocumentIssued.from_data(data)
    assert caught.value.code == "bad_message"


def test_a_refusal_never_repeats_values() -> None:
    with pytest.raises(Permanent) as caught:
        DocumentRequested.from_data({"issue_id": {"name": "한서윤"}})
    assert "한서윤" not in str(caught.value)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"\xff", b'{"id": 1}', b"[" * 5000])
def test_what_is_no_envelope_is_refused(raw: bytes) -> None:
    with pytest.raises(Permanent):
        Envelope.from_json(raw)


def test_an_unknown_type_or_version_is_refused() -> None:
    envelope = Envelope.wrap(ISSUED, at=AT, correlation_id="a1")
    other = envelope.to_json().replace(b'"version": 1', b'"version": 9')
    with pytest.raises(Permanent, match="not known"):
        Envelope.from_json(other).message()


def test_every_message_has_one_type_and_fields_that_make_its_key() -> None:
    assert len(BY_TYPE) == len(MESSAGES)
    for one in MESSAGES:
        assert one.sender != one.receiver
        assert set(one.key) <= set(one.schema.fields)


def test_a_lasting_failure_is_news_after_a_passing_one() -> None:
    passing = NotificationFailed(notification_id="n", permanent=False, code="greylisted")
    lasting = NotificationFailed(notification_id="n", permanent=True, code="no_such_address")
    assert passing.business_key() != lasting.business_key()
