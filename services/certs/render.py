"""Previews: the paper as it would be, marked so, without number, seal and signature.

Nothing of a preview enters the ledger, and its facts are not kept.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy.orm import Session

from services.certs.issue import attempted, failure_detail, file_id_of, of_template, order_of
from services.certs.parts import Parts
from shared import outbox
from shared.consumer import Received
from shared.errors import Permanent
from shared.messages import Message, RenderFailed, RenderFinished, RenderRequested
from shared.traces import part


def prepare(received: Received, parts: Parts) -> Message:
    """Print the preview and store it, outside of every transaction; say where it lies, or why it
    cannot be printed."""
    request = cast(RenderRequested, received.message)
    outcome = attempted(received, lambda: _preview(request, parts))
    if isinstance(outcome, Permanent):
        detail = failure_detail(outcome)
        return RenderFailed(render_id=request.render_id, code=outcome.code, detail=detail)
    return outcome


def render(session: Session, received: Received, parts: Parts) -> None:
    """Say where the preview lies, or why there is none."""
    finished = received.prepared or prepare(received, parts)
    outbox.answer(session, finished, received.envelope, clock=parts.clock)


def _preview(request: RenderRequested, parts: Parts) -> Message:
    template = parts.library.find(request.template, request.language, request.template_version)
    order = order_of(template, request.facts)
    with part("make preview", facts=of_template(template)):
        paper = parts.press.paper(order, "", None)
        pdf = parts.press.preview(order, parts.clock.now(), paper)
    stored = parts.files.put(pdf, file_id_of("preview", request.render_id))
    return RenderFinished(
        render_id=request.render_id,
        file_id=stored.file_id,
        sha256=stored.sha256,
        template_version=template.version,
    )
