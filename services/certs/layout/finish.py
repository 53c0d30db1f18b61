"""Finishing a base: shared resources, a signature field, and no trace of when it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from services.certs.layout.figures import Figures, Place, structure
from shared.errors import Permanent

TURNS = 20
# Both languages at once: the name of the signature field, read by screen readers.
SIGNATURE_FIELD = "전자서명 / Digital signature"
ICC_TIME = bytes([7, 234, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])  # 2026-01-01: when is no fact of a profile


@dataclass(frozen=True)
class Base:
    """The static file, the numbers of the objects that each document writes anew, the pictures."""

    pdf: bytes
    objects: Mapping[str, Any]
    pictures: tuple[Place, ...]


def finish(document: Pdf, figures: Figures, title: str, language: str) -> Base:
    """The base as it is committed, to the byte the same for the same template and faces."""
    bring_strays_in(document)
    share_resources(document)
    add_signature_field(document)
    describe(document, title, language)
    return saved(document, figures)


def bring_strays_in(document: Pdf) -> None:
    """A picture that hangs behind the text stands beside the Document in LibreOffice's tree, and
    before it: it comes into it, last, so that a seal is read out after what it seals."""
    root = document.Root.StructTreeRoot
    if not isinstance(root.K, Array):
        return
    body = next(element for element in root.K if is_document(element))
    for stray in [element for element in root.K if not is_document(element)]:
        stray.P = body
        body.K.append(stray)
    root.K = Array([body])


def is_document(element: Any) -> bool:
    return str(element.S) == "/Document"


def share_resources(document: Pdf) -> None:
    """One dictionary of fonts and one of pictures for all pages: a document rewrites those two."""
    fonts, pictures = Dictionary(), Dictionary()
    for page in document.pages:
        used = used_names(page)
        for shared, key in ((fonts, "/Font"), (pictures, "/XObject")):
            for name, value in page.Resources.get(key, Dictionary()).items():
                if name in used or name == "/seal":
                    shared[name] = value
    ordered = Dictionary({name: again(document, fonts[name]) for name in sorted(fonts.keys())})
    shared_fonts, shared_pictures = (
        document.make_indirect(ordered),
        document.make_indirect(pictures),
    )
    for page in document.pages:
        page.Resources.Font, page.Resources.XObject = shared_fonts, shared_pictures


def again(document: Pdf, font: Any) -> Any:
    """The font anew: LibreOffice writes fonts in the order of a hash table, another in each run."""
    old = font.FontDescriptor
    file = document.make_stream(old.FontFile2.read_bytes(), Length1=int(old.FontFile2.Length1))
    descriptor = Dictionary({**dict(old.items()), "/FontFile2": file})
    return document.make_indirect(
        Dictionary(
            {
                **dict(font.items()),
                "/Widths": Array(list(font.Widths)),
                "/ToUnicode": document.make_stream(font.ToUnicode.read_bytes()),
                "/FontDescriptor": document.make_indirect(descriptor),
            }
        )
    )


def used_names(page: Any) -> set[str]:
    """The fonts and pictures that the static page still uses."""
    steps = pikepdf.parse_content_stream(page)
    return {str(s.operands[0]) for s in steps if str(s.operator) in ("Do", "Tf")}


def add_signature_field(document: Pdf) -> None:
    """An invisible signature field that has its place in the structure (PDF/UA-1, 7.18.1)."""
    page = document.pages[0].obj
    root = document.Root.StructTreeRoot
    nums = root.ParentTree.Nums
    key = max(int(nums[i]) for i in range(0, len(nums), 2)) + 1
    widget = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String("Signature"),
            TU=String(SIGNATURE_FIELD),
            F=132,
            Rect=[0, 0, 0, 0],
            P=page,
            StructParent=key,
            V=document.make_indirect(Dictionary(Type=Name.Sig)),
        )
    )
    body = root.K if not isinstance(root.K, Array) else root.K[0]
    form = document.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Form,
            P=body,
            Pg=page,
            Alt=String(SIGNATURE_FIELD),
            K=Dictionary(Type=Name.OBJR, Obj=widget, Pg=page),
        )
    )
    body.K.append(form)
    nums.append(key)
    nums.append(form)
    root.ParentTreeNextKey = key + 1
    page.Annots = Array([widget])
    document.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=3)


def describe(document: Pdf, title: str, language: str) -> None:
    """Catalogue entries, and nothing that differs between two runs of LibreOffice."""
    root, trailer = document.Root, document.trailer
    root.Lang, root.ViewerPreferences = String(language), Dictionary(DisplayDocTitle=True)
    trailer.Info = document.make_indirect(Dictionary(Title=String(title)))
    root.Metadata = document.make_stream(b"<x/>", Type=Name.Metadata, Subtype=Name.XML)
    for holder, key in ((root, "/OpenAction"), (trailer, "/ID"), (trailer, "/DocChecksum")):
        if key in holder:
            del holder[key]
    profile = root.OutputIntents[0].DestOutputProfile
    data = profile.read_bytes()
    profile.write(data[:24] + ICC_TIME + data[36:])


def saved(document: Pdf, figures: Figures) -> Base:
    """The file to the byte the same for the same template, faces and LibreOffice."""
    order = [element.Alt for _, _, _, _, element in figures.placed]
    data = packed(document)
    with Pdf.open(BytesIO(data)) as done:
        elements = {str(e.Alt): e for e in structure(done) if e.get("/S") == Name.Figure}
        places = tuple(
            Place(
                name,
                page,
                mcid,
                box,
                number_of(elements[str(alt)]),
                number_of(elements[str(alt)].P),
                number_of(done.pages[page].obj),
            )
            for (name, page, mcid, box, _), alt in zip(figures.placed, order, strict=True)
        )
        return Base(data, object_numbers(done, data), places)


def packed(document: Pdf) -> bytes:
    """The bytes of the file, none of whose streams ends with CR: before the LF of `endstream` it
    would count as part of the line's end (ISO 19005-2, 6.1.7.1), and the length as wrong."""
    for turn in range(TURNS):
        if turn:  # one object more, and every stream of objects has other bytes and another end
            more = (document.make_indirect(Dictionary(N=n)) for n in range(turn))
            document.Root.DojangTurn = Array(more)
        out = BytesIO()
        document.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
            compress_streams=True,
            recompress_flate=True,
            fix_metadata_version=False,
        )
        data = out.getvalue()
        if b"\r\nendstream" not in data:
            return data if data.endswith(b"\n") else data + b"\n"
    raise Permanent("not_converted", "a stream always ends with a carriage return")


def object_numbers(done: Pdf, data: bytes) -> dict[str, Any]:
    """What a document needs to know of the base: which objects it writes anew."""
    resources = done.pages[0].Resources
    return {
        "size": int(done.trailer.Size),
        "prev": int(data[data.rindex(b"startxref") + 9 :].split()[0]),
        "id": bytes(done.trailer.ID[0]).hex(),
        "root": number_of(done.Root),
        "info": number_of(done.trailer.Info),
        "xmp": number_of(done.Root.Metadata),
        "signature": number_of(done.Root.AcroForm.Fields[0].V),
        "overlays": [number_of(page.Contents[1]) for page in done.pages],
        "fonts": {"object": number_of(resources.Font), "static": references(resources.Font)},
        "pictures": {
            "object": number_of(resources.XObject),
            "static": references(resources.XObject),
        },
    }


def references(names: Any) -> str:
    """`/F1 12 0 R/F2 15 0 R`"""
    return "".join(f"{name} {number_of(value)} 0 R" for name, value in sorted(names.items()))


def number_of(thing: Any) -> int:
    return int(thing.objgen[0])
