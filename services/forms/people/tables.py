"""The register's tables. Others read values (`register.py`), never these rows.

A person has an opaque id of their own, so that a student number never needs to
stand in a log, a link or a message. Academic records hang on the student and
are keyed by what makes them one: a second import finds and renews them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from services.forms.database import Base
from services.forms.people.values import TERMS, Period, Semester, Window
from shared.database import UtcDateTime

OWNED = "all, delete-orphan"


class SemesterColumn(TypeDecorator[Semester]):
    """A semester as `2022-2`: sorts as time does."""

    impl = String(6)
    cache_ok = True

    def process_bind_param(self, value: Semester | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value.year}-{value.ordinal}"

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Semester | None:
        return None if value is None else Semester(int(value[:4]), TERMS[int(value[5]) - 1])


def _owner() -> Mapped[str]:
    return mapped_column(ForeignKey("student.id", ondelete="CASCADE"), primary_key=True)


class ProfessorRow(Base):
    __tablename__ = "professor"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_ko: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str | None] = mapped_column(String(10))
    major_code: Mapped[str | None] = mapped_column(ForeignKey("major.code"))
    major: Mapped[MajorRow | None] = relationship()


class CampusRow(Base):
    __tablename__ = "campus"
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_ko: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    representative_id: Mapped[str | None] = mapped_column(ForeignKey("professor.id"))
    representative: Mapped[ProfessorRow | None] = relationship()


class MajorRow(Base):
    __tablename__ = "major"
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_ko: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))


class SemesterRow(Base):
    __tablename__ = "semester"
    semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    tuition_krw: Mapped[int | None] = mapped_column(BigInteger)
    post_coursework_krw: Mapped[int | None] = mapped_column(BigInteger)
    degree_credits: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    refund_ladder: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [[30, "1"], …]
    closed_days: Mapped[list[str]] = mapped_column(JSON, default=list)  # ISO 8601
    version: Mapped[int] = mapped_column(default=1)
    period_rows: Mapped[list[PeriodRow]] = relationship(cascade=OWNED, order_by="PeriodRow.number")
    window_rows: Mapped[list[WindowRow]] = relationship(cascade=OWNED, order_by="WindowRow.name")

    @property
    def payment_periods(self) -> tuple[Period, ...]:
        """P1, P2, … as values."""
        return tuple(Period(row.first_day, row.last_day) for row in self.period_rows)

    @payment_periods.setter
    def payment_periods(self, periods: tuple[Period, ...]) -> None:
        kept = {row.number: row for row in self.period_rows}
        self.period_rows = [kept.get(n) or PeriodRow(number=n) for n in range(1, len(periods) + 1)]
        for row, period in zip(self.period_rows, periods, strict=True):
            row.first_day, row.last_day = period.first_day, period.last_day

    @property
    def windows(self) -> Mapping[str, Window]:
        """Application periods by name, as values."""
        return {row.name: Window(row.opens, row.closes) for row in self.window_rows}

    @windows.setter
    def windows(self, windows: Mapping[str, Window]) -> None:
        kept = {row.name: row for row in self.window_rows}
        self.window_rows = [kept.get(name) or WindowRow(name=name) for name in windows]
        for row in self.window_rows:
            row.opens, row.closes = windows[row.name].opens, windows[row.name].closes


class PeriodRow(Base):
    __tablename__ = "payment_period"
    semester: Mapped[Semester] = mapped_column(
        ForeignKey("semester.semester", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    first_day: Mapped[date]
    last_day: Mapped[date]


class WindowRow(Base):
    __tablename__ = "application_window"
    semester: Mapped[Semester] = mapped_column(
        ForeignKey("semester.semester", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    opens: Mapped[datetime] = mapped_column(UtcDateTime)
    closes: Mapped[datetime] = mapped_column(UtcDateTime)


class EditionRow(Base):
    """A semester's data as somebody of the office wrote them down, and when."""

    __tablename__ = "semester_edition"
    semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class StudentRow(Base):
    __tablename__ = "student"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    student_number: Mapped[str] = mapped_column(String(40), unique=True)
    name_ko: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(8))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    birth_date: Mapped[date]
    nationality: Mapped[str] = mapped_column(String(2))
    sex: Mapped[str] = mapped_column(String(10))
    program: Mapped[str] = mapped_column(String(20))
    standing: Mapped[str] = mapped_column(String(20))
    admitted_on: Mapped[date]
    completed_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ending_asked_on: Mapped[date | None]
    campus_code: Mapped[str] = mapped_column(ForeignKey("campus.code"))
    major_code: Mapped[str] = mapped_column(ForeignKey("major.code"))
    advisor_id: Mapped[str | None] = mapped_column(ForeignKey("professor.id"))
    joint_advisor_id: Mapped[str | None] = mapped_column(ForeignKey("professor.id"))
    campus: Mapped[CampusRow] = relationship()
    major: Mapped[MajorRow] = relationship()
    advisor: Mapped[ProfessorRow | None] = relationship(foreign_keys=[advisor_id])
    joint_advisor: Mapped[ProfessorRow | None] = relationship(foreign_keys=[joint_advisor_id])
    registrations: Mapped[list[RegistrationRow]] = relationship(
        cascade=OWNED, order_by="RegistrationRow.semester"
    )
    grades: Mapped[list[GradeRow]] = relationship(
        cascade=OWNED, order_by="GradeRow.semester, GradeRow.code"
    )
    degrees: Mapped[list[DegreeRow]] = relationship(
        cascade=OWNED, order_by="DegreeRow.conferred_on"
    )
    leaves: Mapped[list[LeaveRow]] = relationship(cascade=OWNED, order_by="LeaveRow.first_semester")
    payments: Mapped[list[PaymentRow]] = relationship(
        cascade=OWNED, order_by="PaymentRow.semester, PaymentRow.part"
    )
    arrangements: Mapped[list[ArrangementRow]] = relationship(
        cascade=OWNED, order_by="ArrangementRow.semester, ArrangementRow.what"
    )
    readmissions: Mapped[list[ReadmissionRow]] = relationship(
        cascade=OWNED, order_by="ReadmissionRow.semester"
    )
    bar: Mapped[BarRow | None] = relationship(cascade=OWNED)
    milestones: Mapped[list[MilestoneRow]] = relationship(
        cascade=OWNED, order_by="MilestoneRow.semester, MilestoneRow.what"
    )
    account: Mapped[VirtualAccountRow | None] = relationship(cascade=OWNED, uselist=False)


class RegistrationRow(Base):
    __tablename__ = "registration"
    student_id: Mapped[str] = _owner()
    semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    attendance: Mapped[str] = mapped_column(String(20))
    credits: Mapped[int | None]


class GradeRow(Base):
    __tablename__ = "grade"
    student_id: Mapped[str] = _owner()
    semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    title_ko: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(40))
    credits: Mapped[int]
    grade: Mapped[str] = mapped_column(String(4))
    points: Mapped[str | None] = mapped_column(String(6))


class DegreeRow(Base):
    __tablename__ = "degree"
    student_id: Mapped[str] = _owner()
    level: Mapped[str] = mapped_column(String(20), primary_key=True)
    title_ko: Mapped[str] = mapped_column(String(100))
    title_en: Mapped[str] = mapped_column(String(100))
    conferred_on: Mapped[date]
    number: Mapped[str] = mapped_column(String(40))


class LeaveRow(Base):
    __tablename__ = "leave_of_absence"
    student_id: Mapped[str] = _owner()
    first_semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    last_semester: Mapped[Semester] = mapped_column(SemesterColumn)
    kind: Mapped[str] = mapped_column(String(20))
    applied_on: Mapped[date]


class PaymentRow(Base):
    __tablename__ = "payment"
    student_id: Mapped[str] = _owner()
    semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    paid_on: Mapped[date]
    amount_krw: Mapped[int] = mapped_column(BigInteger)


class ArrangementRow(Base):
    """Granted about a semester's tuition; a newer decision takes the place of an older one."""

    __tablename__ = "tuition_arrangement"
    student_id: Mapped[str] = _owner()
    semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    application: Mapped[str] = mapped_column(String(20))
    extent: Mapped[str | None] = mapped_column(String(20))
    pay_on: Mapped[date | None]
    installments: Mapped[bool]
    krw: Mapped[int | None] = mapped_column(BigInteger)


class ReadmissionRow(Base):
    """Taken in again (RDM-01), with the earlier credits that count (RDM-02)."""

    __tablename__ = "readmission"
    student_id: Mapped[str] = _owner()
    semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    application: Mapped[str] = mapped_column(String(20))
    credits: Mapped[int]
    advisor: Mapped[str] = mapped_column(ForeignKey("professor.id"))


class BarRow(Base):
    """Who cannot be readmitted, and why: a list that staff keep (RDM-01). Lifted without reason."""

    __tablename__ = "readmission_bar"
    student_id: Mapped[str] = _owner()
    reason: Mapped[str] = mapped_column(String(200))


class PostRow(Base):
    """Who signs for a major, as the dean or in a committee. A seat without anybody is vacant."""

    __tablename__ = "post"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=lambda: uuid.uuid4().hex)
    post: Mapped[str] = mapped_column(String(40), index=True)
    major_code: Mapped[str | None] = mapped_column(ForeignKey("major.code"))
    seat: Mapped[int]
    professor_id: Mapped[str | None] = mapped_column(ForeignKey("professor.id"))
    professor: Mapped[ProfessorRow | None] = relationship()


class MilestoneRow(Base):
    """Granted or reached in the course of study (TRM-02, TRM-04, IQE-01)."""

    __tablename__ = "milestone"
    student_id: Mapped[str] = _owner()
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    semester: Mapped[Semester] = mapped_column(SemesterColumn, primary_key=True)
    semesters: Mapped[int] = mapped_column(default=0)
    application: Mapped[str] = mapped_column(String(20), default="")


class VirtualAccountRow(Base):
    """Whose the money is that arrives at an account; a bank gives a number once."""

    __tablename__ = "virtual_account"
    student_id: Mapped[str] = _owner()
    bank_ko: Mapped[str] = mapped_column(String(60))
    bank_en: Mapped[str] = mapped_column(String(60))
    number: Mapped[str] = mapped_column(String(40), unique=True)


class StaffRow(Base):
    __tablename__ = "staff"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    login_id: Mapped[str] = mapped_column(String(40), unique=True)
    name_ko: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    office: Mapped[str] = mapped_column(String(40))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))


class AccountRow(Base):
    """How somebody signs in: what the import never touches once it is there."""

    __tablename__ = "account"
    login_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(40), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    notice_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str | None] = mapped_column(String(2))  # chosen by its owner
    channel: Mapped[str | None] = mapped_column(String(5))  # where codes go first
    texts: Mapped[bool] = mapped_column(default=False, server_default=false())  # beside the mails
    quiet: Mapped[str | None] = mapped_column(String(5))  # `21-08`; None: as of old


class ProfessorWishRow(Base):
    """What a professor chose behind the link of their queue; the import never touches it."""

    __tablename__ = "professor_wish"
    professor_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    language: Mapped[str] = mapped_column(String(2))
    digest: Mapped[str] = mapped_column(String(6))
    quiet: Mapped[str] = mapped_column(String(5))  # `21-08`
