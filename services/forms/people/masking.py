"""Names as a stranger may see them: enough to compare with a paper, too little to learn one."""

from __future__ import annotations

import re
import unicodedata

ENDING_LETTERS = 4
MASK = "*"  # one for one letter, so that a paper can still be compared with it


def masked(name: str) -> str:
    """한서윤 is 한*윤, Han Seo-yun is H** S**-y**."""
    words = " ".join(unicodedata.normalize("NFC", name).split())
    if len(words) > 2 and all("가" <= c <= "힣" or "一" <= c <= "鿿" for c in words):
        return words[0] + MASK * (len(words) - 2) + words[-1]
    return re.sub(r"[^ -]+", lambda word: _beginning(word[0]), words)


def ending_of(number: str) -> str:
    """110-234-567890 is ***-***-**7890: enough for whoever knows it to see which one it is."""
    kept = len(number) - ENDING_LETTERS
    return re.sub(r"[0-9]", MASK, number[:kept]) + number[kept:]


def _beginning(word: str) -> str:
    return word[0] + MASK * (len(word) - 1) if len(word) > 1 else MASK
