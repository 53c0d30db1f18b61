"""What a request for a letter is: a professor writes and signs it, an office seals and delivers it.

A request's own module says its fields; of those, `language` is that of the letter, `wished_by`
the day by which it is wished, `delivery` and `mail_address` say how it leaves the house.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.forms.catalog import letter_paper, request
from services.forms.catalog.certificate import OFFICE
from services.forms.catalog.kind import (
    Answers,
    Asking,
    Case,
    Delivery,
    Desk,
    Finding,
    Kind,
    Step,
    Text,
)
from services.forms.catalog.letter_paper import ROLE
from services.forms.people.values import Change, Semester
from services.forms.rules import letter
from shared.clock import SEOUL

MAILS = {
    "approval_request": "letter_request",
    "approval_reminder": "letter_reminder",
    "approval_signed": "letter_signed",
}


@dataclass(frozen=True, kw_only=True)
class Request(request.Request):
    """One request for a letter; `kind()` is what the catalog lists."""

    route: Sequence[Step] = (Step(ROLE, business_days=letter.WRITING_DAYS, writes=True),)
    office: str = OFFICE
    changes: Callable[[Case], Sequence[Change]] = lambda _case: ()
    semester: Callable[[Answers], Semester | None] = lambda _answers: None
    addressee: Text = ""

    def kind(self) -> Kind:
        """The kind of the catalog."""
        return replace(
            super().kind(),
            desk=Desk(self.office, business_days=letter.DELIVERY_DAYS),
            for_office=(),  # whoever writes it sees what is attached
            paper_language=lambda answers, _applicants: str(answers["language"]),
            days=_days,
            judge_letter=letter_paper.judge,
            delivery=Delivery(
                wished=lambda answers: str(answers["delivery"]),
                address=lambda answers: str(answers.get("mail_address") or ""),
            ),
            mails=MAILS,
        )

    @property
    def proved(self) -> Sequence[str]:
        """For whom, by whom, of which day."""
        return letter_paper.PROVES

    def paper(self, case: Case) -> dict[str, Any]:
        """The letter itself."""
        return letter_paper.paper(case)

    def shows(self, case: Case) -> list[tuple[str, str]]:
        """The same as is proved, names masked."""
        return letter_paper.shows(case)

    def does_not_fit(self, asking: Asking, answers: Answers) -> list[Finding]:
        """What stands above the letter; its words are measured while they are written."""
        return letter_paper.does_not_fit(asking, answers)


def _days(answers: Answers, _step: Step, asked: datetime) -> int:
    """Business days for writing, so that the office's two still fit before the wished day."""
    return letter.writing_days(asked.astimezone(SEOUL).date(), answers.get("wished_by"))
