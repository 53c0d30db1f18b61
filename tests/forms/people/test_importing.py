"""The register from CSV: every bad row named, all of it or nothing, twice is once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from services.forms.people import register
from services.forms.people.importing import Count, Report, import_folder
from services.forms.people.reading import read_folder
from services.forms.people.sheets import SHEETS
from services.forms.people.tables import AccountRow, StudentRow
from services.forms.people.values import Semester
from shared.database import Database, migrate
from tests.forms.cast import ROOT, in_language
from tests.parts.databases import DATABASES, database_url

FILES = {
    "professors": "code,name_ko,name_en,email,language\nyoon,윤태호,Yoon Tae-ho,y@d.example,ko\n",
    "campuses": "code,name_ko,name_en,representative\nhaesol,해솔 캠퍼스,Haesol Campus,yoon\n",
    "majors": "code,name_ko,name_en\nmat,미래소재공학,Advanced Materials\n",
    "semesters": (
        "semester,first_day,last_day,tuition_krw,payment_periods,windows\n"
        "2022-fall,2022-09-01,2023-02-28,2500000,"
        "2022-08-16..2022-09-05; 2022-10-03..2022-10-07,"
        "due_date_extension 2022-08-29T00:00..2022-09-05T14:00\n"
    ),
    "staff": (
        "login_id,name_ko,name_en,office,email,phone,language\n"
        "eunji.oh,오은지,Oh Eun-ji,educational_affairs,o@d.example,,ko\n"
    ),
    "students": (
        "student_number,name_ko,name_en,language,email,phone,birth_date,nationality,sex,"
        "program,standing,admitted_on,completed_on,ended_on,campus,major,advisor\n"
        '2022-1001,한서윤,"Han, ""Seo-yun"" & <H>",ko,h@d.example,010-0000-0001,1998-01-02,KR,'
        "female,doctoral,enrolled,2022-09-01,,,haesol,mat,yoon\n"
    ),
    "registrations": (
        "student_number,semester,attendance,credits\n2022-1001,2022-fall,enrolled,9\n"
    ),
    "grades": (
        "student_number,semester,code,title_ko,title_en,category,credits,grade,points\n"
        "2022-1001,2022-fall,MAT-501,고체의 구조,Structure of Solids,전공,3,A+,4.5\n"
    ),
    "degrees": (
        "student_number,level,title_ko,title_en,conferred_on,number\n"
        "2022-1001,masters,공학석사,Master of Engineering,2022-02-18,석-2022-1\n"
    ),
    "leaves": (
        "student_number,kind,first_semester,last_semester,applied_on\n"
        "2022-1001,general,2023-spring,2023-fall,2023-03-02\n"
    ),
    "posts": "post,major,seat,professor\nmajor_professor,mat,1,yoon\n",
    "payments": (
        "student_number,semester,part,paid_on,amount_krw\n"
        "2022-1001,2022-fall,0,2022-08-20,2500000\n"
    ),
    "milestones": (
        "student_number,what,semester,semesters,application\n2022-1001,exam_passed,2023-fall,,\n"
    ),
    "readmission_bars": "student_number,reason\n2022-1001,A reason of staff\n",
    "virtual_accounts": (
        "student_number,bank_ko,bank_en,number\n2022-1001,도장은행,Dojang Bank,700-2022-001001\n"
    ),
}


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = Database(database_url(request.param, request, tmp_path))
    migrate(opened, ROOT / "services" / "forms")
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "register"
    made.mkdir()
    for name, text in FILES.items():
        (made / f"{name}.csv").write_text(text, "utf-8")
    return made


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def students_in(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(StudentRow)) or 0


def told(report: Report) -> list[str]:
    with in_language("en"):
        return [str(problem) for problem in report.problems]


def test_a_post_passes_to_somebody_else_or_falls_vacant_by_its_seat(
    database: Database, folder: Path
) -> None:
    import_folder(database, folder)
    change(folder, "posts", "mat,1,yoon", "mat,1,")
    change(folder, "posts", "mat,1,\n", "mat,1,\ndean,,1,yoon\n")
    report = import_folder(database, folder)
    assert report.counts["posts"] == Count(new=1, changed=1)
    with database.read() as session:
        assert register.holders(session, "major_professor", "mat") == []
        assert [one.name_ko for one in register.holders(session, "dean")] == ["윤태호"]


def test_only_the_professor_of_a_major_has_a_major(database: Database, folder: Path) -> None:
    posts = "post,major,seat,professor\nmajor_professor,,1,yoon\ndean,mat,1,yoon\n"
    (folder / "posts.csv").write_text(posts, "utf-8")
    assert told(import_folder(database, folder)) == [
        "posts.csv:2:major: is empty; a major_professor has a major",
        "posts.csv:3:major: must be empty: only a major_professor has a major",
    ]


def test_every_sheet_is_imported_whole(database: Database, folder: Path) -> None:
    report = import_folder(database, folder)
    assert report.problems == []
    assert report.counts == {sheet.name: Count(new=1) for sheet in SHEETS}
    with database.read() as session:
        student = register.find_student_by_number(session, "2022-1001")
        known = register.semesters(session)
    assert student.name_en == 'Han, "Seo-yun" & <H>'
    assert student.advisor is not None
    assert student.advisor == student.campus.representative
    assert student.registrations[0].credits == 9
    assert student.grades[0].points == "4.5"
    assert student.degrees[0].conferred_on == date(2022, 2, 18)
    assert student.leaves[0].last == Semester(2023, "fall")
    assert student.barred == "A reason of staff"
    assert student.payments[0].amount_krw == 2_500_000
    data = known[Semester(2022, "fall")]
    assert data.tuition_krw == 2_500_000
    assert data.payment_periods[1].first_day == date(2022, 10, 3)
    assert data.windows["due_date_extension"].closes.isoformat() == "2022-09-05T05:00:00+00:00"


def test_the_same_files_again_change_nothing(database: Database, folder: Path) -> None:
    import_folder(database, folder)
    with database.read() as session:
        before = register.find_student_by_number(session, "2022-1001")
    assert import_folder(database, folder).counts == {s.name: Count(same=1) for s in SHEETS}
    with database.read() as session:
        assert register.find_student_by_number(session, "2022-1001") == before
        assert register.semesters(session)[Semester(2022, "fall")].version == 1


def test_a_changed_row_is_renewed_and_a_semester_gets_a_new_edition(
    database: Database, folder: Path
) -> None:
    import_folder(database, folder)
    change(folder, "students", "enrolled", "on_leave")
    change(folder, "semesters", "2022-10-07", "2022-10-08")
    counts = import_folder(database, folder).counts
    assert counts["students"] == counts["semesters"] == Count(changed=1)
    assert counts["payments"] == Count(same=1)
    with database.read() as session:
        assert register.find_student_by_number(session, "2022-1001").standing == "on_leave"
        data = register.semesters(session)[Semester(2022, "fall")]
    assert data.version == 2
    assert data.payment_periods[1].last_day == date(2022, 10, 8)


def test_a_dry_run_counts_and_writes_nothing(database: Database, folder: Path) -> None:
    report = import_folder(database, folder, dry_run=True)
    assert report.counts["students"] == Count(new=1)
    assert students_in(database) == 0


def test_a_password_outlives_an_import(database: Database, folder: Path) -> None:
    import_folder(database, folder)
    with database.write() as session:
        register.set_password(session, "2022-1001", "hash")
    change(folder, "students", "h@d.example", "h2@d.example")
    import_folder(database, folder)
    with database.read() as session:
        account = register.find_account(session, "2022-1001")
    assert account is not None
    assert (account.password_hash, account.email) == ("hash", "h2@d.example")


def test_part_of_the_files_may_refer_to_what_is_on_record(database: Database, folder: Path) -> None:
    import_folder(database, folder)
    for name in FILES:
        if name != "payments":
            (folder / f"{name}.csv").unlink()
    change(folder, "payments", ",0,", ",1,")
    assert import_folder(database, folder).counts == {"payments": Count(new=1)}


def test_one_bad_row_keeps_everything_out(database: Database, folder: Path) -> None:
    change(folder, "payments", "2500000", "2,500,000")
    assert import_folder(database, folder).problems
    assert students_in(database) == 0


def test_every_bad_cell_is_named_with_file_line_and_column(
    database: Database, folder: Path
) -> None:
    change(folder, "students", "1998-01-02", "1998-13-02")
    change(folder, "students", "KR", "Korea")
    change(folder, "students", "haesol", "hesol")
    change(folder, "grades", "A+", "excellent")
    with (folder / "payments.csv").open("a", encoding="utf-8") as file:
        file.write('2022-1001,2022-fall,0,2022-08-21,1\n2022-9999,2022-autumn,5,"a\nb",-1\n')
    assert told(import_folder(database, folder, dry_run=True)) == [
        "students.csv:2:birth_date: is not a day such as 2022-09-01",
        "students.csv:2:nationality: is not a country such as KR",
        "registrations.csv:2:student_number: is not in students.csv, nor on record",
        "grades.csv:2:grade: is not a grade such as A+ or S",
        "degrees.csv:2:student_number: is not in students.csv, nor on record",
        "leaves.csv:2:student_number: is not in students.csv, nor on record",
        "payments.csv:2:student_number: is not in students.csv, nor on record",
        "payments.csv:3:part: is in line 2 already",
        "payments.csv:4:semester: is not a semester such as 2022-spring or 2022-fall",
        "payments.csv:4:part: is not a whole number from 0 to 4",
        "payments.csv:4:paid_on: is not a day such as 2022-09-01",
        "payments.csv:4:amount_krw: is not a whole number from 1 to 100000000",
        "milestones.csv:2:student_number: is not in students.csv, nor on record",
        "readmission_bars.csv:2:student_number: is not in students.csv, nor on record",
        "virtual_accounts.csv:2:student_number: is not in students.csv, nor on record",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("students", "haesol", "nowhere", "2:campus: is not in campuses.csv, nor on record"),
        ("students", "한서윤", "", "2:name_ko: is empty"),
        ("students", "한서윤", "한\x07윤", "2:name_ko: holds control characters"),
        (
            "students",
            "한서윤",
            "한" * 101,
            "2:name_ko: has 101 characters; at most 100 fit",
        ),
        ("students", "h@d.example", "h@d.example, x@y.example", "2: has 18 cells where"),
        ("students", "h@d.example", "h @d.example", "2:email: is not one plain e-mail address"),
        ("students", "2022-09-01,,", "2022-09-01,2021-01-01,", "2:completed_on: is before"),
        ("students", "standing", "status", "1:standing: must be in the header once"),
        ("majors", "name_en", "name_ko", "1:name_ko: must be in the header once"),
        ("semesters", "2022-08-16..", "2022-08-16-", "2:payment_periods: is not written as"),
        ("semesters", "2022-10-03", "2022-09-01", "2:payment_periods: has periods that are"),
        ("semesters", "T14:00", "T14:00+09:00", "2:windows: is not a time such as"),
        ("semesters", "2022-09-05T14:00", "2022-08-29T00:00", "2:windows: has a window that"),
        ("leaves", "2023-spring,2023-fall", "2023-fall,2023-spring", "2:last_semester: is before"),
        ("leaves", "general", '"general', "2: is not CSV from here on"),
    ],
)
def test_what_is_wrong_is_said(
    folder: Path, tmp_path: Path, name: str, old: str, new: str, sentence: str
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'forms.sqlite'}")
    migrate(database, ROOT / "services" / "forms")
    change(folder, name, old, new)
    report = import_folder(database, folder, dry_run=True)
    assert any(line.startswith(f"{name}.csv:{sentence}") for line in told(report)), told(report)
    with in_language("ko"):
        for problem in report.problems:
            assert any("가" <= letter <= "힣" for letter in str(problem.message))
    database.close()


def test_files_that_are_no_utf8_or_of_no_known_name_are_named(tmp_path: Path) -> None:
    (tmp_path / "majors.csv").write_bytes("code,name_ko,name_en\nm,소재,M\n".encode("cp949"))
    (tmp_path / "pupils.csv").write_text("a,b\n", "utf-8")
    with in_language("en"):
        said = [str(problem) for problem in read_folder(tmp_path).problems]
        missing = [str(problem) for problem in read_folder(tmp_path / "none").problems]
    assert said[0].startswith("pupils.csv: is none of the files of an import")
    assert said[1] == "majors.csv: is not UTF-8; save it as “CSV UTF-8”"
    assert missing == ["none: There is no such folder."]


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeffname_en,code,name_ko\r\n\r\nMarine,mar,해양\r\n,,\r\n"
    (tmp_path / "majors.csv").write_text(text, "utf-8", newline="")
    reading = read_folder(tmp_path)
    assert reading.problems == []
    assert [(r.line, r.values["code"]) for r in reading.rows["majors"]] == [(3, "mar")]


@given(st.binary(max_size=200), st.sampled_from([sheet.name for sheet in SHEETS]))
def test_no_bytes_crash_the_reading(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, name: str
) -> None:
    folder = tmp_path_factory.mktemp("junk")
    header = FILES[name].split("\n")[0].encode()
    (folder / f"{name}.csv").write_bytes(header + b"\n" + junk)
    reading = read_folder(folder)
    assert all(problem.line >= 0 for problem in reading.problems)


def test_accounts_are_made_once_and_without_a_password(database: Database, folder: Path) -> None:
    import_folder(database, folder)
    import_folder(database, folder)
    with database.read() as session:
        rows = session.scalars(select(AccountRow).order_by(AccountRow.login_id))
        accounts = [(row.login_id, row.role, row.password_hash) for row in rows]
    assert accounts == [("2022-1001", "student", None), ("eunji.oh", "staff", None)]


def test_two_people_cannot_sign_in_with_one_id(database: Database, folder: Path) -> None:
    change(folder, "staff", "eunji.oh", "Eunji.Oh")
    import_folder(database, folder)
    for name in FILES:
        if name != "staff":
            (folder / f"{name}.csv").unlink()
    change(folder, "staff", "Eunji.Oh", "EUNJI.OH")
    said = "staff.csv:2:login_id: is somebody else’s id for signing in"
    assert told(import_folder(database, folder)) == [said]


def test_a_file_of_before_a_column_was_there_leaves_what_the_register_has(
    database: Database, folder: Path
) -> None:
    younger = FILES["professors"].replace("language\n", "language,kind,major\n")
    (folder / "professors.csv").write_text(younger.replace(",ko\n", ",ko,adjunct,mat\n"), "utf-8")
    assert import_folder(database, folder).problems == []
    (folder / "professors.csv").write_text(FILES["professors"], "utf-8")
    assert import_folder(database, folder).counts["professors"] == Count(same=1)
    with database.read() as session:
        [professor] = register.professors(session)
        [semester] = register.semesters(session).values()
    assert professor.kind == "adjunct"
    assert professor.major is not None
    assert professor.major.code == "mat"
    assert semester.degree_credits == {}


def test_the_least_credits_of_a_degree_are_a_number_for_each_program(
    database: Database, folder: Path
) -> None:
    head, row, _ = FILES["semesters"].split("\n")
    for cell, problem in (
        ("masters 24; doctoral 36", None),
        ("bachelors 9", "none of"),
        ("masters", "whole"),
    ):
        (folder / "semesters.csv").write_text(f"{head},degree_credits\n{row},{cell}\n", "utf-8")
        with in_language("en"):
            found = [str(one) for one in import_folder(database, folder).problems]
        assert (problem is None) == (found == [])
        assert problem is None or problem in found[0]
    with database.read() as session:
        [semester] = register.semesters(session).values()
    assert semester.degree_credits == {"masters": 24, "doctoral": 36}


def test_an_account_is_one_students_alone(database: Database, folder: Path) -> None:
    """TUI-09: what arrives there is theirs; hyphens make no other account of it."""
    import_folder(database, folder)
    (folder / "students.csv").write_text(
        FILES["students"]
        + FILES["students"].split("\n")[1].replace("2022-1001", "2022-1002")
        + "\n",
        "utf-8",
    )
    with (folder / "virtual_accounts.csv").open("a", encoding="utf-8") as file:
        file.write("2022-1002,도장은행,Dojang Bank,7002022001001\n")
    said = "virtual_accounts.csv:3:number: is somebody else’s account"
    assert told(import_folder(database, folder)) == [said]


def test_a_bar_on_readmission_is_lifted_by_a_row_without_reason(
    database: Database, folder: Path
) -> None:
    """RDM-01."""
    import_folder(database, folder)
    change(folder, "readmission_bars", "A reason of staff", "")
    import_folder(database, folder)
    with database.read() as session:
        assert register.find_student_by_number(session, "2022-1001").barred == ""
