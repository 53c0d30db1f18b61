"""The register: people, academic records, semesters, accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("notice_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("login_id", name=op.f("pk_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "major",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_major")),
    )
    op.create_table(
        "professor",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_professor")),
        sa.UniqueConstraint("code", name=op.f("uq_professor_code")),
    )
    op.create_table(
        "semester",
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("tuition_krw", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("semester", name=op.f("pk_semester")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("login_id", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login_id", name=op.f("uq_staff_login_id")),
    )
    op.create_table(
        "application_window",
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("opens", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["semester"],
            ["semester.semester"],
            name=op.f("fk_application_window_semester"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("semester", "name", name=op.f("pk_application_window")),
    )
    op.create_table(
        "campus",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("representative_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["representative_id"], ["professor.id"], name=op.f("fk_campus_representative_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_campus")),
    )
    op.create_table(
        "payment_period",
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["semester"],
            ["semester.semester"],
            name=op.f("fk_payment_period_semester"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("semester", "number", name=op.f("pk_payment_period")),
    )
    op.create_table(
        "student",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("student_number", sa.String(length=40), nullable=False),
        sa.Column("name_ko", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("nationality", sa.String(length=2), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("program", sa.String(length=20), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("campus_code", sa.String(length=40), nullable=False),
        sa.Column("major_code", sa.String(length=40), nullable=False),
        sa.Column("advisor_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["advisor_id"], ["professor.id"], name=op.f("fk_student_advisor_id")
        ),
        sa.ForeignKeyConstraint(
            ["campus_code"], ["campus.code"], name=op.f("fk_student_campus_code")
        ),
        sa.ForeignKeyConstraint(["major_code"], ["major.code"], name=op.f("fk_student_major_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student")),
        sa.UniqueConstraint("student_number", name=op.f("uq_student_student_number")),
    )
    op.create_table(
        "degree",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("title_ko", sa.String(length=100), nullable=False),
        sa.Column("title_en", sa.String(length=100), nullable=False),
        sa.Column("conferred_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_degree_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("student_id", "level", name=op.f("pk_degree")),
    )
    op.create_table(
        "grade",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title_ko", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=4), nullable=False),
        sa.Column("points", sa.String(length=6), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_grade_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("student_id", "semester", "code", name=op.f("pk_grade")),
    )
    op.create_table(
        "leave_of_absence",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("first_semester", sa.String(length=6), nullable=False),
        sa.Column("last_semester", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
            name=op.f("fk_leave_of_absence_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", "first_semester", name=op.f("pk_leave_of_absence")),
    )
    op.create_table(
        "payment",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["student.id"], name=op.f("fk_payment_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("student_id", "semester", "part", name=op.f("pk_payment")),
    )
    op.create_table(
        "registration",
        sa.Column("student_id", sa.String(length=40), nullable=False),
        sa.Column("semester", sa.String(length=6), nullable=False),
        sa.Column("attendance", sa.String(length=20), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
            name=op.f("fk_registration_student_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", "semester", name=op.f("pk_registration")),
    )


def downgrade() -> None:
    op.drop_table("registration")
    op.drop_table("payment")
    op.drop_table("leave_of_absence")
    op.drop_table("grade")
    op.drop_table("degree")
    op.drop_table("student")
    op.drop_table("payment_period")
    op.drop_table("campus")
    op.drop_table("application_window")
    op.drop_table("staff")
    op.drop_table("semester")
    op.drop_table("professor")
    op.drop_table("major")
    op.drop_table("account")
