"""One notification of every message in both languages, the cast always the same few people."""

from __future__ import annotations

from typing import Any

from services.notify.compose import Asked

BY_WHEN = "2026-08-28T18:00:00+09:00"
CASE: dict[str, dict[str, Any]] = {
    "ko": {
        "application_id": "5b1c3a52-0000-4000-8000-000000000042",
        "application_number": "W-2026-00042",
        "kind_title": "등록금 감면",
        "student_name": "한서윤",
        "asks": "2026학년도 2학기 등록금 3분의 2 감면",
    },
    "en": {
        "application_id": "5b1c3a52-0000-4000-8000-000000000042",
        "application_number": "W-2026-00042",
        "kind_title": "Tuition waiver",
        "student_name": "Han Seo-yun",
        "asks": "Two thirds of the tuition, 2nd semester 2026",
    },
}
STUDENT = {
    "ko": {"name": "한서윤", "reader": "student"},
    "en": {"name": "Han Seo-yun", "reader": "student"},
}
PROFESSOR = {
    "ko": {"name": "윤태호", "reader": "professor"},
    "en": {"name": "Yoon Tae-ho", "reader": "professor"},
}
STAFF = {
    "ko": {"name": "학사과", "reader": "staff"},
    "en": {"name": "Educational Affairs", "reader": "staff"},
}
TO_SIGN = {
    "ko": {
        "role": "지도교수",
        "by_when": BY_WHEN,
        "next": "서민정 캠퍼스 대표교수, 학사과",
        "on_behalf_of": "",
    },
    "en": {
        "role": "Advisory professor",
        "by_when": BY_WHEN,
        "next": "Campus professor Seo Min-jeong, then Educational Affairs",
        "on_behalf_of": "",
    },
}
REASON = {
    "ko": "소득 자료가 지난해 것입니다.\n올해 것으로 바꿔 주세요.",
    "en": "The statement of income is last year’s.\nReplace it with this year’s.",
}
DELEGATE = {"ko": "서유나", "en": "Seo Yu-na"}
PERIOD = {
    "ko": "2026년 8월 24일(월) – 2026년 9월 4일(금)",
    "en": "Mon 24 August 2026 – Fri 4 September 2026",
}
BY = {"ko": "윤태호 지도교수", "en": "Advisor Yoon Tae-ho"}

MORE: dict[str, dict[str, dict[str, Any]]] = {
    "receipt": {
        "ko": {
            **STUDENT["ko"],
            "submitted_at": "2026-08-24T14:05:00+09:00",
            "sent": [["학기", "2026학년도 2학기"], ["감면 범위", "3분의 2"]],
            "attachments": ["재해 사실 확인서.pdf", "소득자료.pdf"],
            "next": "윤태호 지도교수",
            "by_when": BY_WHEN,
        },
        "en": {
            **STUDENT["en"],
            "submitted_at": "2026-08-24T14:05:00+09:00",
            "sent": [["Semester", "2nd semester 2026"], ["Extent", "Two thirds"]],
            "attachments": ["Certificate of damage.pdf", "Income.pdf"],
            "next": "Advisor Yoon Tae-ho",
            "by_when": BY_WHEN,
        },
    },
    "approval_request": {one: {**PROFESSOR[one], **TO_SIGN[one]} for one in CASE},
    "approval_reminder": {one: {**PROFESSOR[one], **TO_SIGN[one]} for one in CASE},
    "approval_signed": {
        "ko": {
            **PROFESSOR["ko"],
            "role": "지도교수",
            "signed_at": "2026-08-25T09:12:00+09:00",
            "typed": "윤태호",
            "sentences": ["위와 같이 등록금 감면을 신청하오니 허락하여 주시기 바랍니다."],
            "shown": "0123456789abcdef" * 4,
        },
        "en": {
            **PROFESSOR["en"],
            "role": "Advisory professor",
            "signed_at": "2026-08-25T09:12:00+09:00",
            "typed": "Yoon Tae-ho",
            "sentences": ["I hereby apply for the waiver of tuition fees as above."],
            "shown": "0123456789abcdef" * 4,
        },
    },
    "letter_request": {one: {**PROFESSOR[one], **TO_SIGN[one]} for one in CASE},
    "letter_reminder": {one: {**PROFESSOR[one], **TO_SIGN[one]} for one in CASE},
    "letter_signed": {
        one: {
            **PROFESSOR[one],
            "role": {"ko": "추천인", "en": "Recommender"}[one],
            "signed_at": "2026-08-25T09:12:00+09:00",
            "typed": PROFESSOR[one]["name"],
            "sentences": [],
            "shown": "0123456789abcdef" * 4,
        }
        for one in CASE
    },
    "letter_written": {
        "ko": {**STUDENT["ko"], "who": "윤태호", "next": "학생과", "by_when": BY_WHEN},
        "en": {
            **STUDENT["en"],
            "who": "Yoon Tae-ho",
            "next": "Student Affairs",
            "by_when": BY_WHEN,
        },
    },
    "letter_delivered": {
        "ko": {
            **STUDENT["ko"],
            "how": "handed",
            "how_text": "학생에게 직접 전달",
            "on_day": "2026년 8월 28일(금)",
            "reference": "",
            "document_number": "4WZN-8C0P-TE6J-YA1G-6",
        },
        "en": {
            **PROFESSOR["en"],
            "how": "mailed",
            "how_text": "Mailed to the recipient",
            "on_day": "Friday, August 28, 2026",
            "reference": "EE 123 456 789 KR",
            "document_number": "4WZN-8C0P-TE6J-YA1G-6",
        },
    },
    "at_desk": {one: {**STAFF[one], "by_when": BY_WHEN} for one in CASE},
    "unassigned": {
        "ko": {**STAFF["ko"], "role": "지도교수", "why": "nobody"},
        "en": {**STAFF["en"], "role": "Advisory professor", "why": "not_mine"},
    },
    "overdue": {
        "ko": {**STAFF["ko"], "role": "지도교수", "who": "윤태호", "by_when": BY_WHEN},
        "en": {**STAFF["en"], "role": "Advisor", "who": "Yoon Tae-ho", "by_when": BY_WHEN},
    },
    "returned": {
        one: {
            **STUDENT[one],
            "by": BY[one],
            "reason": REASON[one],
            "by_when": BY_WHEN,
            "keeps": one == "ko",
        }
        for one in CASE
    },
    "declined": {one: {**STUDENT[one], "by": BY[one], "reason": REASON[one]} for one in CASE},
    "signature_kept": {
        "ko": {
            **PROFESSOR["ko"],
            "role": "지도교수",
            "signed_at": BY_WHEN,
            "changed": ["첨부 서류"],
        },
        "en": {
            **PROFESSOR["en"],
            "role": "Advisory professor",
            "signed_at": BY_WHEN,
            "changed": ["Attachments"],
        },
    },
    "not_needed": {
        "ko": {**PROFESSOR["ko"], "role": "대학원위원회"},
        "en": {**PROFESSOR["en"], "role": "Graduate Committee"},
    },
    "withdrawn": {one: {**PROFESSOR[one], "reason": ""} for one in CASE},
    "lapsed": {one: {**STUDENT[one], "reason": REASON[one]} for one in CASE},
    "issued": {
        "ko": {
            **STUDENT["ko"],
            "result": "등록금 3분의 1을 감면받았습니다",
            "rows": [["승인된 범위", "3분의 1, 833,000원"], ["결정", "학사과, 2026년 9월 2일(수)"]],
            "document_number": "4WZN-8C0P-TE6J-YA1G-6",
        },
        "en": {
            **STUDENT["en"],
            "result": "One third of your tuition is waived",
            "rows": [["Granted", "One third, KRW 833,000"], ["Decided by", "Educational Affairs"]],
            "document_number": "4WZN-8C0P-TE6J-YA1G-6",
        },
    },
    "issue_failed": {one: {**STAFF[one], "reason": REASON[one]} for one in CASE},
    "revoked": {
        one: {
            **STUDENT[one],
            "document_number": "4WZN-8C0P-TE6J-YA1G-6",
            "reason": REASON[one],
        }
        for one in CASE
    },
    "superseded": {
        one: {
            **STUDENT[one],
            "document_number": "4WZN-8C0P-TE6J-YA1G-6",
            "newer_number": "K7QM-2R8D-9XFC-H4TA-3",
            "reason": REASON[one],
        }
        for one in CASE
    },
    "address_failed": {
        "ko": {**STAFF["ko"], "role": "지도교수", "who": "윤태호"},
        "en": {**STUDENT["en"], "role": "Advisory professor", "who": "Yoon Tae-ho"},
    },
    "invitation": {one: {**STUDENT[one], "valid_until": BY_WHEN} for one in CASE},
    "password_reset": {one: {**STUDENT[one], "valid_until": BY_WHEN} for one in CASE},
    "queue_link": {
        one: {
            **PROFESSOR[one],
            "count": 2,
            "requests": [
                [STUDENT[one]["name"], f"{CASE[one]['kind_title']} W-2026-00042"],
                [STUDENT[one]["name"], f"{CASE[one]['kind_title']} W-2026-00043"],
            ],
            "by_when": BY_WHEN,
            "valid_until": BY_WHEN,
        }
        for one in CASE
    },
    "delegation_made": {
        one: {
            **PROFESSOR[one],
            "period": PERIOD[one],
            "whom": DELEGATE[one],
            "requests": ["W-2026-00042"],
            "valid_until": BY_WHEN,
        }
        for one in CASE
    },
    "delegation_told": {
        one: {
            "name": DELEGATE[one],
            "reader": "professor",
            "period": PERIOD[one],
            "whom": PROFESSOR[one]["name"],
            "requests": [],
            "ended": False,
        }
        for one in CASE
    },
    "sign_in_changed": {one: {**STUDENT[one], "what": "app_added", "at": BY_WHEN} for one in CASE},
    "sign_in_code": {one: {"code": "755224", "minutes": 10} for one in CASE},
    "signing_code": {one: {"code": "755224", "minutes": 10} for one in CASE},
}
LINKS = {
    "approval_request": "approval",
    "approval_reminder": "approval",
    "letter_request": "approval",
    "letter_reminder": "approval",
    "invitation": "invitation",
    "queue_link": "queue",
    "delegation_made": "queue",
    "password_reset": "password",
}
ADDRESSES = {"email": "seo@dojang.example", "sms": "010-0000-0042"}


def sample(message: str, language: str, channel: str = "email", **changes: Any) -> Asked:
    """What is asked for one message; `changes` replace single params."""
    purpose = LINKS.get(message)
    links = [{"purpose": purpose, "subject_id": "s-1", "generation": 1}] if purpose else []
    return Asked(
        id=f"{message}-{language}",
        message=message,
        language=language,
        channel=channel,
        address=ADDRESSES[channel],
        params={**CASE[language], **MORE[message][language], **changes},
        thread=CASE["ko"]["application_id"],
        links=links,
    )
