"""LibreOffice, kept on a short leash: compiling a template needs it, and what no layout serves.

A child of its own process group with a profile of its own, the fonts that documents embed and no
other, no network and no macros; it has limits of time, memory and file size and dies whole.
LibreOffice exits 0 when it wrote nothing, so what counts is the file.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import TracebackType
from xml.sax.saxutils import escape

from shared.errors import Permanent, TryLater

TIME_LIMIT_SECONDS = 180
MEMORY_LIMIT_KIB = 3 * 1024 * 1024  # of addresses; a paper of five pages takes less than half
FILE_LIMIT_BLOCKS = 1024 * 1024  # of 512 bytes
# `sh` sets the limits and becomes the program: nothing of Python runs between fork and exec.
LIMITED = (
    "sh",
    "-c",
    f'ulimit -v {MEMORY_LIMIT_KIB} && ulimit -f {FILE_LIMIT_BLOCKS} && exec "$@"',
    "limited",
)
# A template names the faces that people have; documents embed the ones cut from them.
STAND_INS: Mapping[str, str] = {
    "NanumMyeongjo": "Dojang Myeongjo",
    "나눔명조": "Dojang Myeongjo",
    "NanumBarunGothic": "Dojang Gothic",
    "나눔바른고딕": "Dojang Gothic",
    "NanumGothicCoding": "Dojang Mono",
    "나눔고딕코딩": "Dojang Mono",
    "Gentium Plus": "Dojang Serif",
    "EB Garamond": "Dojang Titling",
    "DejaVu Sans": "Dojang Boxes",
}
PDF_FILTER = (
    'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"},'
    '"UseTaggedPDF":{"type":"boolean","value":"true"},'
    '"PDFUACompliance":{"type":"boolean","value":"true"},'
    '"ExportBookmarks":{"type":"boolean","value":"false"},'
    '"ReduceImageResolution":{"type":"boolean","value":"false"},'
    '"UseLosslessCompression":{"type":"boolean","value":"true"}}'
)
# Remote pictures stay unread and macros unrun, also where the network cannot be cut.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="{}"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="{}"
 oor:op="fuse"><value>true</value></prop></item>
</oor:items>
""".format("BlockUntrustedRefererLinks", "DisableMacrosExecution")


SETTINGS_OF_TEXT = (
    (rb'style:text-autospace="ideograph-alpha"', b'style:text-autospace="none"'),
    (rb'fo:language="ko" fo:country="KR"', b'fo:language="en" fo:country="US"'),
    (
        rb'style:language-asian="[^"]*" style:country-asian="[^"]*"',
        b'style:language-asian="ko" style:country-asian="KR"',
    ),
)


class Office:
    """A LibreOffice for a handful of conversions: `with Office(fonts) as office: office.pdf(…)`.

    `fonts` is the folder of the faces that documents embed. Raises `TryLater("office_missing")`
    where LibreOffice is not installed, `Permanent("not_converted")` for a file that it refuses.
    """

    def __init__(self, fonts: Path, time_limit_seconds: float = TIME_LIMIT_SECONDS) -> None:
        self._fonts = fonts
        self._limit = time_limit_seconds
        self._room = contextlib.ExitStack()

    def __enter__(self) -> "Office":
        if not shutil.which("soffice"):
            raise TryLater("office_missing", "LibreOffice (soffice) is not installed here")
        self._folder = Path(self._room.enter_context(tempfile.TemporaryDirectory(prefix="office-")))
        (self._folder / "profile" / "user").mkdir(parents=True)
        (self._folder / "profile/user/registrymodifications.xcu").write_text(SETTINGS)
        (self._folder / "fonts.conf").write_text(self._font_settings())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._room.close()

    def pdf(self, documents: Mapping[str, bytes]) -> dict[str, bytes]:
        """Word documents by name as tagged PDF/A-2 files by the same names.

        Through ODT, since LibreOffice 7.4 ignores Word's `autoSpaceDE`: `2026년` would print
        (and be read out) as `2026 년`.
        """
        texts = self._convert(documents, "docx", "odt", "odt")
        ready = {name: settled(odt) for name, odt in texts.items()}
        return self._convert(ready, "odt", "pdf", PDF_FILTER)

    def _convert(
        self, documents: Mapping[str, bytes], source: str, target: str, how: str
    ) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            folder = Path(name)
            for stem, data in documents.items():
                (folder / f"{stem}.{source}").write_bytes(data)
            self._run(
                [
                    "--convert-to",
                    how,
                    "--outdir",
                    name,
                    *(f"{name}/{stem}.{source}" for stem in documents),
                ]
            )
            missing = [s for s in documents if not (folder / f"{s}.{target}").exists()]
            if missing:
                raise Permanent("not_converted", f"LibreOffice wrote no {target} for {missing[0]}")
            return {s: (folder / f"{s}.{target}").read_bytes() for s in documents}

    def _run(self, arguments: list[str]) -> None:
        command = [
            *LIMITED,
            *cut_network(),
            "soffice",
            f"-env:UserInstallation={self._profile()}",
            "--headless",
            "--norestore",
            "--nolockcheck",
            *arguments,
        ]
        child = subprocess.Popen(  # noqa: S603 - a fixed program, and files of our own naming
            command,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with killed_whole(child):
            try:
                child.wait(self._limit)
            except subprocess.TimeoutExpired as late:
                raise TryLater("office_slow", "LibreOffice did not finish in time") from late

    def _profile(self) -> str:
        return (self._folder / "profile").as_uri()

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "FONTCONFIG_FILE": str(self._folder / "fonts.conf"),
            "SOURCE_DATE_EPOCH": "1767225600",
        }

    def _font_settings(self) -> str:
        """Only these faces: one that is missing cannot be replaced by another in silence."""
        stand_ins = "".join(
            f'<match target="pattern"><test name="family"><string>{escape(named)}</string></test>'
            f'<edit name="family" mode="assign" binding="same"><string>{escape(cut)}</string>'
            "</edit></match>"
            for named, cut in STAND_INS.items()
        )
        return (
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>{escape(str(self._fonts))}</dir>{stand_ins}"
            f"<cachedir>{escape(str(self._folder))}/fontconfig</cachedir></fontconfig>"
        )


@contextlib.contextmanager
def killed_whole(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Whatever happens inside, nothing of the child's process group is left after it."""
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


@cache
def cut_network() -> tuple[str, ...]:
    """The words before a command that take its network away, where this machine lets us."""
    words = ("unshare", "--map-root-user", "--net")
    if not shutil.which("unshare"):
        return ()
    done = subprocess.run([*words, "true"], capture_output=True, check=False)  # noqa: S603
    return words if done.returncode == 0 else ()


def settled(odt: bytes) -> bytes:
    """The same text, set as our papers are, whatever the template's author had set.

    Without the gap that LibreOffice puts between Hangul and digits. Western letters in the
    language of Western words and Asian ones in Korean: LibreOffice breaks a Latin word anywhere
    where its language is Korean, and a Hangul one where its language is not.
    """
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(odt)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name in ("content.xml", "styles.xml"):
                for pattern, wanted in SETTINGS_OF_TEXT:
                    data = re.sub(pattern, wanted, data)
            new.writestr(name, data)
    return packed.getvalue()


def version() -> str:
    """`7.4.7.2` or so; compiled layouts are the same to the byte under one version only."""
    done = subprocess.run(
        ["soffice", "--version"],  # noqa: S607 - found on the path, wherever it is installed
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if found else "unknown"
