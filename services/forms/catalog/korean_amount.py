"""An amount in Korean words, as money stands on Korean papers: 이백오십만."""

from __future__ import annotations

DIGITS = "영일이삼사오육칠팔구"
PLACES = ("", "십", "백", "천")
GROUPS = ("", "만", "억", "조")


def in_words(krw: int) -> str:
    """Whole KRW below 10^16. Each 일 is written (일백): nothing can be put before it."""
    if krw == 0:
        return DIGITS[0]
    text = f"{krw:016d}"
    fours = [text[at : at + 4] for at in range(0, 16, 4)]
    return "".join(_four(four) + GROUPS[3 - index] for index, four in enumerate(fours) if int(four))


def _four(digits: str) -> str:
    return "".join(
        DIGITS[int(digit)] + PLACES[3 - place] for place, digit in enumerate(digits) if digit != "0"
    )
