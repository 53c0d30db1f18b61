"""A picture that cannot be decoded says nothing; the check of the file goes on."""

from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from services.certs.verify.scan import code_in


@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"\xff" * 100_000])
def test_a_picture_with_too_few_or_too_many_bytes_says_nothing(data: bytes) -> None:
    pdf = pikepdf.new()
    about = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=424, Height=424,
        ColorSpace=Name.DeviceGray, BitsPerComponent=1,
    )  # fmt: skip
    assert code_in(pikepdf.Stream(pdf, data, about), 99, 99) == ""
