"""The machine: its clock, its disks, LibreOffice, the fonts that papers embed."""

from __future__ import annotations

import ctypes
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.doctor.finding import Finding, note, well, wrong
from shared.fit.faces import FILES
from shared.settings import Settings

FULL, NEARLY_FULL = 0.95, 0.80  # of a disk
_TIMEX_BYTES = 512  # more than struct timex takes on any platform
_TIME_ERROR = 5  # adjtimex(2): nobody keeps the clock


@dataclass(frozen=True)
class Machine:
    """What is asked of the machine; tests answer for it."""

    clock_is_kept: Callable[[], bool | None]
    usage: Callable[[Path], tuple[int, int, int]]  # total, used, free bytes
    program: Callable[[str], str | None]
    fonts: Path


def clock_is_kept() -> bool | None:
    """Whether something (NTP) keeps the machine's clock; None where it cannot be asked."""
    try:
        answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else answer != _TIME_ERROR


def this_machine(fonts: Path) -> Machine:
    """The machine that this runs on."""
    return Machine(clock_is_kept, shutil.disk_usage, shutil.which, fonts)


def look(settings: Settings, machine: Machine) -> Iterator[Finding]:
    """Everything about the machine."""
    yield _clock(settings, machine)
    yield from _disks(settings, machine)
    yield _office(machine)
    yield _fonts(machine)


def _clock(settings: Settings, machine: Machine) -> Finding:
    if settings.clock:
        return note(
            "clock",
            "clock_moved",
            f"DOJANG_CLOCK moves the clock ({settings.clock}).",
            "Unset it before anybody relies on a date.",
        )
    if machine.clock_is_kept() is False:
        return note(
            "clock",
            "clock_not_kept",
            "Nothing keeps the machine's clock: time windows, deadlines and signatures rely on it.",
            "Run chrony or systemd-timesyncd (`timedatectl set-ntp true`).",
        )
    return well("clock", "The machine's clock is kept.")


def _disks(settings: Settings, machine: Machine) -> Iterator[Finding]:
    places = [settings.data_folder, Path(tempfile.gettempdir())]
    if not settings.files.startswith("s3:"):
        places.insert(1, settings.folder("files"))
    for place in dict.fromkeys(_existing(one) for one in places):
        yield _disk(place, *machine.usage(place))


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _disk(place: Path, total: int, used: int, free: int) -> Finding:
    share = used / total if total else 1.0
    said = f"The disk of {place} is {share:.0%} full ({free / 1e9:.1f} GB free)."
    if share >= FULL:
        return wrong("disk", "disk_full", said, "Make room now: writing will soon be refused.")
    if share >= NEARLY_FULL:
        return note("disk", "disk_nearly_full", said, "Make room.")
    return well("disk", said)


def _office(machine: Machine) -> Finding:
    if machine.program("soffice") is None:
        return note(
            "LibreOffice",
            "office_missing",
            "LibreOffice (soffice) is not here, so Word templates of staff are refused.",
            "Install libreoffice-writer-nogui where certs runs, if staff upload Word files.",
        )
    return well("LibreOffice", "LibreOffice is here.")


def _fonts(machine: Machine) -> Finding:
    missing = [name for name in FILES.values() if not (machine.fonts / f"{name}.ttf").is_file()]
    if missing:
        return wrong(
            "fonts",
            "font_missing",
            f"These fonts of papers are not in {machine.fonts}: {', '.join(missing)}.",
            "Install Dojang again: they come with it.",
        )
    return well("fonts", f"All {len(FILES)} fonts of papers are here.")
