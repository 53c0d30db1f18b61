"""An error of our own as an RFC 9457 problem, where a view answers with it itself."""

from __future__ import annotations

from typing import Any

from services.forms.api.texts import TEXTS
from services.forms.parts import Parts
from shared.errors import DojangError
from shared.web import TITLES, status_of


def problem_body(parts: Parts, error: DojangError) -> dict[str, Any]:
    """The JSON of the problem; its status is `status_of(error)`."""
    status = status_of(error)
    title = str(TITLES[status])
    text = TEXTS.get(error.code)
    return {
        "type": f"{parts.settings.base_url}/problems/{error.code}",
        "title": title,
        "status": status,
        "detail": str(text) % dict(error.facts) if text else title,
        **error.facts,
    }
