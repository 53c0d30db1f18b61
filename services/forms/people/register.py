"""Look things up in the register, and make the few changes that are not an import.

Everything is answered as a value of `values.py`. A session is an open
transaction of forms' database (`Database.read` or `.write`).
Raises NotFound("no_such_person") where an id leads to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from services.forms.people import values
from services.forms.people.tables import (
    AccountRow,
    CampusRow,
    GradeRow,
    MajorRow,
    PostRow,
    ProfessorRow,
    ProfessorWishRow,
    SemesterRow,
    StaffRow,
    StudentRow,
    VirtualAccountRow,
)
from services.forms.people.values import Semester, SemesterData
from shared.errors import NotFound, Refused

FOUND_MOST = 20
# One address and nothing else: a comma would be a second recipient, a line break a header.
EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\\x00-\x1f]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


# What a student has one of comes in one query with them; what they have many of in one each.
_WITH_PROFESSOR = joinedload(CampusRow.representative).joinedload(ProfessorRow.major)
WHOLE_STUDENT = (
    joinedload(StudentRow.campus).options(_WITH_PROFESSOR),
    joinedload(StudentRow.major),
    joinedload(StudentRow.advisor).joinedload(ProfessorRow.major),
    joinedload(StudentRow.joint_advisor).joinedload(ProfessorRow.major),
    joinedload(StudentRow.bar),
    joinedload(StudentRow.account),
)

_WITH: dict[Any, Any] = {ProfessorRow: (joinedload(ProfessorRow.major),)}
_HELD = "rows of the register"


def find_student(session: Session, person_id: str) -> values.Student:
    """The student with the whole academic record."""
    return _student(_there(session.get(StudentRow, person_id, options=WHOLE_STUDENT)))


def find_student_name(session: Session, person_id: str) -> values.StudentName:
    """What a student is called, and nothing else of them: one look instead of ten."""
    columns = (StudentRow.id, StudentRow.student_number, StudentRow.name_ko, StudentRow.name_en)
    row = session.execute(select(*columns).where(StudentRow.id == person_id)).one_or_none()
    return values.StudentName(*_there(row))


def find_student_by_number(session: Session, number: str) -> values.Student:
    """The same, by the number that people say."""
    row = session.scalar(select(StudentRow).where(StudentRow.student_number == number))
    return _student(_there(row))


def find_students_by_number(session: Session, numbers: Sequence[str]) -> dict[str, values.Student]:
    """Many at once, by their numbers as on record; a number of nobody is left out."""
    rows = session.scalars(
        select(StudentRow).where(StudentRow.student_number.in_(numbers)).options(selectinload("*"))
    )
    return {row.student_number: _student(row) for row in rows}


def find_students_by_account(session: Session, numbers: Sequence[str]) -> dict[str, values.Student]:
    """Whose virtual accounts these are, by the digits of the account; nobody's are left out."""
    digits = func.replace(VirtualAccountRow.number, "-", "")
    rows = session.execute(
        select(digits, StudentRow)
        .join(VirtualAccountRow, VirtualAccountRow.student_id == StudentRow.id)
        .where(digits.in_(numbers))
        .options(selectinload("*"))
    )
    return {number: _student(row) for number, row in rows}


def students_who_may_study(session: Session) -> list[values.Student]:
    """Everybody whose studies have not ended, by student number: for the lists of offices."""
    rows = (
        select(StudentRow)
        .where(StudentRow.standing.not_in(("graduated", "withdrawn", "expelled")))
        .order_by(StudentRow.student_number)
        .options(selectinload("*"))
    )
    return [_student(row) for row in session.scalars(rows)]


def find_staff(session: Session, person_id: str) -> values.Staff:
    """A member of staff."""
    return _staff(_row(session, StaffRow, person_id))


def staff_of(session: Session, office: str) -> list[values.Staff]:
    """Everybody of an office, in the order of their login ids."""
    rows = select(StaffRow).where(StaffRow.office == office).order_by(StaffRow.login_id)
    return [_staff(row) for row in session.scalars(rows)]


def find_professor(session: Session, person_id: str) -> values.Professor:
    """A professor."""
    return _professor(_row(session, ProfessorRow, person_id))


def search_professors(session: Session, text: str) -> list[values.Professor]:
    """At most twenty professors whose name (either language) or address holds `text`."""
    part = "%" + re.sub(r"([\\%_])", r"\\\1", text.strip().lower()) + "%"
    columns = (ProfessorRow.name_ko, ProfessorRow.name_en, ProfessorRow.email)
    hits = or_(*(func.lower(column).like(part, escape="\\") for column in columns))
    rows = select(ProfessorRow).where(hits).order_by(ProfessorRow.name_en).limit(FOUND_MOST)
    return [_professor(row) for row in session.scalars(rows)]


def professors(session: Session) -> list[values.Professor]:
    """All professors, for whoever may name one."""
    rows = select(ProfessorRow).options(joinedload(ProfessorRow.major))
    return [_professor(row) for row in session.scalars(rows)]


def majors(session: Session) -> list[values.Major]:
    """All majors, by their codes."""
    return [_major(row) for row in session.scalars(select(MajorRow).order_by(MajorRow.code))]


def campuses(session: Session) -> list[values.Campus]:
    """All campuses, by their codes."""
    return [_campus(row) for row in session.scalars(select(CampusRow).order_by(CampusRow.code))]


def find_major(session: Session, code: str) -> values.Major:
    """A major."""
    return _major(_row(session, MajorRow, code))


def find_campus(session: Session, code: str) -> values.Campus:
    """A campus."""
    return _campus(_row(session, CampusRow, code))


def holders(
    session: Session, post: values.Post, major: str | None = None
) -> list[values.Professor]:
    """Who holds a post, by their seats: the professor of a major, the dean, a committee."""
    rows = session.scalars(
        select(PostRow)
        .where(PostRow.post == post, PostRow.major_code == major, PostRow.professor_id.is_not(None))
        .order_by(PostRow.seat)
        .options(joinedload(PostRow.professor).joinedload(ProfessorRow.major))
    )
    return [_professor(row.professor) for row in rows if row.professor is not None]


def correct_professor_address(session: Session, person_id: str, email: str) -> values.Professor:
    """Write down another e-mail address of a professor.

    Raises Refused("bad_email") when it is not one plain address.
    """
    row = _row(session, ProfessorRow, person_id)
    if not (len(email) <= 254 and EMAIL.fullmatch(email)):  # RFC 5321, 4.5.3.1.3
        raise Refused("bad_email", "not one plain e-mail address")
    row.email = email
    session.flush()
    return _professor(row)


def semesters(session: Session) -> dict[Semester, SemesterData]:
    """All semesters that the register knows, the earliest first."""
    parts = (selectinload(SemesterRow.period_rows), selectinload(SemesterRow.window_rows))
    rows = session.scalars(select(SemesterRow).order_by(SemesterRow.semester).options(*parts))
    return {row.semester: semester_data(row) for row in rows}


def closed_days(session: Session) -> frozenset[date]:
    """The university's own days without business, of all semesters."""
    rows = session.scalars(select(SemesterRow.closed_days))
    return frozenset(date.fromisoformat(day) for days in rows for day in days)


def find_account(session: Session, login_id: str) -> values.Account | None:
    """Who signs in with this id, or None: the caller answers alike and in the same time."""
    row = session.get(AccountRow, login_id.strip().lower())
    return None if row is None else _account(session, row)


def find_account_of(session: Session, person_id: str) -> values.Account:
    """The account of a person."""
    row = session.scalar(select(AccountRow).where(AccountRow.person_id == person_id))
    return _account(session, _there(row))


def set_password(session: Session, login_id: str, password_hash: str) -> None:
    """Keep the hash of a new password."""
    _row(session, AccountRow, login_id).password_hash = password_hash
    session.flush()


def prefer(
    session: Session,
    login_id: str,
    language: str,
    channel: str | None,
    texts: bool = False,
    quiet: values.Quiet | None = None,
) -> None:
    """Keep what somebody chose: the language of everything, where codes go first, whether they
    want text messages, and their quiet hours (None: the usual ones)."""
    row = _row(session, AccountRow, login_id)
    row.language, row.channel, row.texts = language, channel, texts
    row.quiet = str(quiet) if quiet is not None else None
    _person_of(session, row).language = language
    session.flush()


def wishes_of(session: Session, professor_id: str) -> values.Wishes:
    """How a professor wants to be reminded."""
    row = session.get(ProfessorWishRow, professor_id)
    return values.Wishes(row.digest, quiet_hours(row.quiet)) if row else values.Wishes()


def wish(session: Session, professor_id: str, language: str, wishes: values.Wishes) -> None:
    """Keep it; the language is also that of their account, where they have one."""
    row = ProfessorWishRow(
        professor_id=professor_id, language=language, digest=wishes.digest, quiet=str(wishes.quiet)
    )
    session.merge(row)
    _row(session, ProfessorRow, professor_id).language = language
    account = session.scalar(select(AccountRow).where(AccountRow.person_id == professor_id))
    if account is not None:
        account.language = language
    session.flush()


def keep_preferences(session: Session) -> None:
    """After an import: what somebody chose counts before what the file says. An account's choice
    is the newer one, since `wish` writes it there too."""
    for chosen in session.scalars(select(ProfessorWishRow)):
        professor = session.get(ProfessorRow, chosen.professor_id)
        if professor is not None:
            professor.language = chosen.language
    for row in session.scalars(select(AccountRow).where(AccountRow.language.is_not(None))):
        _person_of(session, row).language = row.language
    session.flush()


def accept_notice(session: Session, login_id: str, at: datetime) -> None:
    """Put on record that the privacy notice was accepted; the first time counts."""
    row = _row(session, AccountRow, login_id)
    row.notice_accepted_at = row.notice_accepted_at or at
    session.flush()


def _row(session: Session, table: Any, key: str) -> Any:
    """A row, held until the session's end: a session forgets what nobody holds, and whoever was
    looked up once in a transaction is asked for several times."""
    row = _there(session.get(table, key, options=_WITH.get(table, ())))
    session.info.setdefault(_HELD, {})[table, key] = row
    return row


def _there(row: Any) -> Any:
    if row is None:
        raise NotFound("no_such_person")
    return row


def _plain(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _professor(row: ProfessorRow) -> values.Professor:
    return values.Professor(
        **_plain(row, "id", "name_ko", "name_en", "email", "language", "kind"),
        major=None if row.major is None else _major(row.major),
    )


def _maybe_professor(row: ProfessorRow | None) -> values.Professor | None:
    return None if row is None else _professor(row)


def _campus(row: CampusRow) -> values.Campus:
    return values.Campus(row.code, row.name_ko, row.name_en, _maybe_professor(row.representative))


def _major(row: MajorRow) -> values.Major:
    return values.Major(row.code, row.name_ko, row.name_en)


def _staff(row: StaffRow) -> values.Staff:
    names = ("id", "name_ko", "name_en", "office", "email", "phone", "language")
    return values.Staff(**_plain(row, *names))


def semester_data(row: SemesterRow) -> SemesterData:
    """A semester's row as a value."""
    return SemesterData(
        semester=row.semester,
        first_day=row.first_day,
        last_day=row.last_day,
        tuition_krw=row.tuition_krw,
        payment_periods=row.payment_periods,
        windows=row.windows,
        version=row.version,
        post_coursework_krw=row.post_coursework_krw,
        degree_credits=row.degree_credits,
        refund_ladder=tuple(values.Rung(*rung) for rung in row.refund_ladder),
        closed_days=tuple(date.fromisoformat(day) for day in row.closed_days),
    )


ARRANGEMENT_FIELDS = (
    "semester", "what", "application", "extent", "pay_on", "installments", "krw"
)  # fmt: skip
READMISSION_FIELDS = ("semester", "application", "credits", "advisor")
STUDENT_FIELDS = (
    "id",
    "student_number",
    "name_ko",
    "name_en",
    "language",
    "email",
    "phone",
    "birth_date",
    "nationality",
    "sex",
    "program",
    "standing",
    "admitted_on",
    "completed_on",
    "ended_on",
    "ending_asked_on",
)


def _student(row: StudentRow) -> values.Student:
    return values.Student(
        **_plain(row, *STUDENT_FIELDS),
        campus=_campus(row.campus),
        major=_major(row.major),
        advisor=_maybe_professor(row.advisor),
        joint_advisor=_maybe_professor(row.joint_advisor),
        registrations=tuple(
            values.Registration(r.semester, cast(values.Attendance, r.attendance), r.credits)
            for r in row.registrations
        ),
        grades=_grades(row.grades),
        degrees=tuple(
            values.Degree(**_plain(d, "level", "title_ko", "title_en", "conferred_on", "number"))
            for d in row.degrees
        ),
        leaves=tuple(
            values.Leave(cast(Any, r.kind), r.first_semester, r.last_semester, r.applied_on)
            for r in row.leaves
        ),
        payments=tuple(
            values.Payment(**_plain(p, "semester", "part", "paid_on", "amount_krw"))
            for p in row.payments
        ),
        arrangements=tuple(
            values.Arrangement(**_plain(a, *ARRANGEMENT_FIELDS)) for a in row.arrangements
        ),
        readmissions=tuple(
            values.Readmission(**_plain(r, *READMISSION_FIELDS)) for r in row.readmissions
        ),
        barred=row.bar.reason if row.bar else "",
        milestones=tuple(
            values.Milestone(**_plain(m, "what", "semester", "application", "semesters"))
            for m in row.milestones
        ),
        account=None
        if row.account is None
        else values.VirtualAccount(**_plain(row.account, "bank_ko", "bank_en", "number")),
    )


def _grades(rows: Iterable[GradeRow]) -> tuple[values.Grade, ...]:
    names: Sequence[str] = (
        "semester", "code", "title_ko", "title_en", "category", "credits", "grade", "points"
    )  # fmt: skip
    return tuple(values.Grade(**_plain(row, *names)) for row in rows)


def _person_of(session: Session, row: AccountRow) -> Any:
    return _row(session, StudentRow if row.role == "student" else StaffRow, row.person_id)


def quiet_hours(kept: str | None) -> values.Quiet:
    """Quiet hours as they are kept; the usual ones where nobody chose any."""
    return values.Quiet(*(int(hour) for hour in kept.split("-"))) if kept else values.Quiet()


def _account(session: Session, row: AccountRow) -> values.Account:
    person = _person_of(session, row)
    return values.Account(
        **_plain(row, "login_id", "person_id", "role", "password_hash"),
        **_plain(row, "notice_accepted_at", "channel", "texts"),
        quiet=quiet_hours(row.quiet),
        **_plain(person, "name_ko", "name_en", "email", "phone", "language"),
        office=person.office if row.role == "staff" else None,
    )
