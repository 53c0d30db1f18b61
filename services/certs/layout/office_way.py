"""What no layout serves, laid out by LibreOffice itself: all its words static, once, for one paper.

The Writer makes a document of it as of every other layout, so that number, QR code, signature and
metadata are the same. It takes seconds: never in a transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.certs.layout import base, probes, soffice, word
from services.certs.layout.clipped import is_cut
from services.certs.layout.figures import is_dynamic
from services.certs.layout.layout import Layout, Picture, objects
from services.certs.layout.render import render, saved
from shared.errors import Permanent, TryLater
from shared.fit.faces import Faces, Typeface
from shared.fit.linebreak import scripts_of
from shared.fit.setting import plain, value_of

SECONDS = 60.0


class OfficeWay:
    """LibreOffice for single papers, with the faces of a folder and a time limit."""

    def __init__(self, fonts: Path, seconds: float = SECONDS) -> None:
        self._fonts, self._seconds = fonts, seconds
        self._typeface = Typeface(Faces(fonts), "serif", "myeongjo")

    def lay_out(self, docx: bytes, values: Mapping[str, Any]) -> Layout:
        """The paper with these values, `long` and `seal` among them.

        Raises `Permanent`: `needs_libreoffice` (it is not installed), `missing_glyph`,
        `does_not_fit` (something would be cut off), `bad_template`, `no_title`;
        `TryLater("office_failed")`: it hung, died, or wrote nothing.
        """
        ready = composed(values)
        self._check_letters(ready)
        for long in ([], list(probes.paths(ready))):
            document = render(docx, {**ready, "long": long})
            pdf = self._converted(saved(document))
            if not is_cut(pdf):
                return static_layout(docx, pdf, word.pictures(document))
        raise Permanent("does_not_fit", "a value is cut off where it stands")

    def _check_letters(self, values: Mapping[str, Any]) -> None:
        """LibreOffice prints a box for what no face holds; here it is refused by name."""
        for field in probes.paths(values):
            words = value_of(values, field).replace("\n", "")
            found = self._typeface.find(words, scripts_of(words))
            for letter, glyph in zip(words, found, strict=True):
                if glyph is None:
                    code = f"U+{ord(letter):04X}"
                    raise Permanent(
                        "missing_glyph",
                        f"{field}: no face prints {code}",
                        field=field,
                        character=code,
                    )

    def _converted(self, docx: bytes) -> bytes:
        try:
            with soffice.Office(self._fonts, self._seconds) as office:
                return office.pdf({"paper": docx})["paper"]
        except TryLater as error:
            if error.code == "office_missing":
                raise Permanent("needs_libreoffice", "LibreOffice is not installed here") from error
            raise TryLater("office_failed", "LibreOffice did not finish in time") from error
        except Permanent as error:
            raise TryLater("office_failed", "LibreOffice wrote no file") from error


def composed(values: Any) -> Any:
    """The values with their texts as the Writer prints them too."""
    if isinstance(values, Mapping):
        return {name: composed(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [composed(value) for value in values]
    return plain(values) if isinstance(values, str) else values


def static_layout(docx: bytes, pdf: bytes, pictures: Mapping[str, str]) -> Layout:
    """A layout without slots, with the places of the pictures that the Writer draws."""
    title, language = word.properties(docx)
    if not title or not language:
        raise Permanent("no_title", "a template needs a title and a language in its properties")
    bottom = base.make(pdf, 0, pictures, title, language)
    return Layout(
        title,
        language,
        bottom.pdf,
        objects(bottom.objects),
        {place.name: place for place in drawn(bottom.pictures)},
        (),
    )


def drawn(places: Sequence[Any]) -> Iterator[Picture]:
    for place in places:
        if is_dynamic(place.name):
            yield Picture(**vars(place))
