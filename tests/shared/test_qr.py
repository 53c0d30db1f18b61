"""The QR writer, read back by another's reader."""

from __future__ import annotations

import pytest
import zxingcpp
from PIL import Image

from shared.errors import Permanent
from shared.qr import QUIET_MODULES, VERSION_MOST, qr_code

BOX_MM = 35.0
ADDRESS = "https://dojang.example/verify/93XV-372B-P0SN-1ABY-K"


def seen(text: str) -> tuple[int, str, str]:
    """(modules, what is read, the level of error correction) of a code drawn at 4 pixels."""
    modules, code = qr_code(text)
    drawn = Image.frombytes("L", (modules, modules), code)
    side = modules + 2 * QUIET_MODULES
    page = Image.new("L", (side, side), 255)
    page.paste(drawn, (QUIET_MODULES, QUIET_MODULES))
    page = page.resize((side * 4, side * 4), Image.Resampling.NEAREST)
    (found,) = zxingcpp.read_barcodes(page)
    return modules, found.text, found.ec_level


def test_every_size_is_read_back_at_level_m() -> None:
    versions = set()
    for letters in range(1, 413, 4):
        text = ("aZ09/~" * 80)[:letters]
        modules, read, level = seen(text)
        assert (read, level) == (text, "M")
        versions.add((modules - 17) // 4)
    assert versions == set(range(1, VERSION_MOST + 1))


@pytest.mark.parametrize("digits", [0, 1, 11, 12, 13, 14, 40, 180, 300, 476, 477, 478, 800])
def test_an_address_with_digits_behind_it_is_read_back(digits: int) -> None:
    text = f"{ADDRESS}#{'0123456789' * 90}"[: len(ADDRESS) + 1 + digits]

    assert seen(text)[1:] == (text, "M")


def test_digits_take_a_third_of_a_byte_each() -> None:
    signed = "7" * 478  # 120 bytes of facts, signed

    modules = seen(f"{ADDRESS}#{signed}")[0]

    assert BOX_MM / (modules + 2 * QUIET_MODULES) >= 0.47
    assert modules < qr_code("x" * 300)[0]


def test_what_would_need_modules_below_four_tenths_of_a_millimetre_is_refused() -> None:
    modules, _ = qr_code("x" * 412)
    assert BOX_MM / (modules + 2 * QUIET_MODULES) >= 0.4

    with pytest.raises(Permanent) as refused:
        qr_code("x" * 413)
    assert refused.value.code == "qr_too_long"


def test_the_same_text_gives_the_same_code() -> None:
    assert qr_code(ADDRESS) == qr_code(ADDRESS)
