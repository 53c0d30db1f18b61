"""QR codes (ISO/IEC 18004), error correction M: an address in bytes, and long digits in a tenth.

Written by ourselves since a general writer takes 2 ms for the 500 characters of signed facts, most
of it for weighing the eight masks: any mask may be read, so ours is always the same one. What
depends on the version alone (where each bit lands, masked or not) is worked out once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import getitem, itemgetter, xor

from shared.errors import Permanent

# 77 modules and the quiet zone: 0.41 mm a module in a box of 35 mm.
VERSION_MOST = 15
# How many bits the lengths of bytes and digits take, by version (table 3).
LENGTHS = (((8, 10), range(1, 10)), ((16, 12), range(10, VERSION_MOST + 1)))
QUIET_MODULES = 4  # 6.3.8
DIGITS_WORTH_A_SEGMENT = 12
# Table 9, level M: error correction codewords of a block, and blocks, by version from 1.
CORRECTION = (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24)
BLOCKS = (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10)
# Table E.1: centres of the alignment patterns, by version from 1.
ALIGNMENT = (
    *((), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42)),
    *((6, 26, 46), (6, 28, 50), (6, 30, 54), (6, 32, 58), (6, 34, 62)),
    *((6, 26, 46, 66), (6, 26, 48, 70)),
)
MASK = 0  # 7.8.2: every other module, as on a chessboard
LEVEL_M = 0
PADS = (0xEC, 0x11)  # 7.4.10
NUMERIC, BYTES = "0001", "0100"  # 7.4.1
GROUPS = {f"{value:03}": f"{value:010b}" for value in range(1000)}
DARK, LIGHT = 0x00, 0xFF
_MODULES = bytes.maketrans(b"01", bytes((LIGHT, DARK)))


def qr_code(text: str) -> tuple[int, bytes]:
    """(modules a side, a byte a module: 0 dark, 255 light, row by row).

    Raises `Permanent("qr_too_long")`.
    """
    digits = re.search(r"[0-9]*\Z", text)
    tail = digits[0] if digits and len(digits[0]) >= DIGITS_WORTH_A_SEGMENT else ""
    head, numbers = text[: len(text) - len(tail)].encode(), _numbers(tail)
    for (bytes_wide, digits_wide), versions in LENGTHS:
        bits = _bits(head, bytes_wide, tail, digits_wide, numbers)
        for version in versions:
            if len(bits) <= 8 * _data_codewords(version):
                plan = _plan(version)
                return plan.size, plan.drawn(plan.corrected(_padded(bits, plan.data_codewords)))
    raise Permanent("qr_too_long", f"{len(text)} characters do not go into the QR code")


def _bits(head: bytes, bytes_wide: int, tail: str, digits_wide: int, numbers: str) -> str:
    """The segments: bytes, then digits if many stand at the end (7.4.3, 7.4.5)."""
    bits = f"{BYTES}{len(head):0{bytes_wide}b}"
    bits += f"{int.from_bytes(head, 'big'):0{len(head) * 8}b}" if head else ""
    return f"{bits}{NUMERIC}{len(tail):0{digits_wide}b}{numbers}" if tail else bits


def _numbers(digits: str) -> str:
    """Three digits in ten bits, what is left over in four or seven (7.4.4)."""
    rest = digits[len(digits) // 3 * 3 :]
    last = f"{int(rest):0{len(rest) * 3 + 1}b}" if rest else ""
    return "".join([GROUPS[digits[at : at + 3]] for at in range(0, len(digits) // 3 * 3, 3)]) + last


def _padded(bits: str, codewords: int) -> bytes:
    """The data codewords: a terminator, whole bytes, pads in turn (7.4.9, 7.4.10)."""
    bits += "0" * min(4, codewords * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    missing = codewords - len(data)
    return data + bytes(PADS) * (missing // 2) + bytes(PADS[: missing % 2])


@dataclass(frozen=True)
class Plan:
    """What is the same for all codes of a version."""

    size: int
    data_codewords: int
    blocks: Sequence[tuple[int, int]]  # of the data: from, to
    correction: int
    pick: Callable[[bytes], Iterable[int]]  # the codewords, interleaved
    mask: int
    patterns: bytes
    runs: Sequence[tuple[slice, slice]]  # modules, and the bits that they show

    def corrected(self, data: bytes) -> bytes:
        """The data and behind it the error correction of each block, not interleaved yet."""
        parts = [data]
        parts += [_remainder(data[start:end], self.correction) for start, end in self.blocks]
        return b"".join(parts)

    def drawn(self, codewords: bytes) -> bytes:
        """The modules of the codewords."""
        masked = int.from_bytes(bytes(self.pick(codewords)), "big") ^ self.mask
        bits = f"{masked:0{len(codewords) * 8}b}".encode().translate(_MODULES)
        modules = bytearray(self.patterns)
        for places, shown in self.runs:
            modules[places] = bits[shown]
        return bytes(modules)


@cache
def _data_codewords(version: int) -> int:
    return _room(version) // 8 - CORRECTION[version - 1] * BLOCKS[version - 1]


@cache
def _plan(version: int) -> Plan:
    correction, blocks = CORRECTION[version - 1], BLOCKS[version - 1]
    data = _data_codewords(version)
    short, longer = divmod(data, blocks)
    ends = [short * (n + 1) + max(0, n + 1 - (blocks - longer)) for n in range(blocks)]
    parts = list(zip([0, *ends], ends, strict=False))
    pick = itemgetter(*_interleaved(parts, data, correction))
    size, count = version * 4 + 17, (data + correction * blocks) * 8
    places = [(x, y) for x, y in _zigzag(size) if not _is_function(version, size, x, y)]
    mask = "".join("01"[(x + y) % 2 == 0] for x, y in places)
    patterns = bytearray(DARK if dark else LIGHT for dark in _function_patterns(version, size))
    for (x, y), inverted in zip(places[count:], mask[count:], strict=True):  # remainder bits
        patterns[y * size + x] = DARK if inverted == "1" else LIGHT
    runs = list(_runs([(x, y * size + x) for x, y in places[:count]]))
    return Plan(size, data, parts, correction, pick, int(mask[:count], 2), bytes(patterns), runs)


def _runs(places: Sequence[tuple[int, int]]) -> Iterator[tuple[slice, slice]]:
    """The bits of each column in as few even steps as there are, over modules and over bits: a
    column is interrupted by patterns alone."""
    columns: dict[int, list[tuple[int, int]]] = {}
    for bit, (x, module) in enumerate(places):
        columns.setdefault(x, []).append((module, bit))
    for column in columns.values():
        run: list[tuple[int, int]] = []
        for one in column:
            if len(run) > 1 and _step(run[-1], one) != _step(run[0], run[1]):
                yield _slices(run)
                run = []
            run.append(one)
        yield _slices(run)


def _step(before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    return after[0] - before[0], after[1] - before[1]


def _slices(run: Sequence[tuple[int, int]]) -> tuple[slice, slice]:
    """The modules of a run, and its bits."""
    steps = _step(run[0], run[1]) if len(run) > 1 else (1, 1)
    modules, bits = map(_slice, run[0], run[-1], steps)
    return modules, bits


def _slice(first: int, last: int, step: int) -> slice:
    end = last + (1 if step > 0 else -1)
    return slice(first, end if end >= 0 else None, step)


def _interleaved(parts: Sequence[tuple[int, int]], data: int, correction: int) -> Iterator[int]:
    """The codewords' places before they are interleaved, in the order of the code (7.6)."""
    for column in range(max(end - start for start, end in parts)):
        yield from (start + column for start, end in parts if start + column < end)
    for column in range(correction):
        yield from (data + block * correction + column for block in range(len(parts)))


def _room(version: int) -> int:
    """Modules of a code for data and error correction (table 1)."""
    size = version * 4 + 17
    return sum(not _is_function(version, size, x, y) for y in range(size) for x in range(size))


def _is_function(version: int, size: int, x: int, y: int) -> bool:
    """Whether a module belongs to a pattern or to format and version information."""
    near_x, near_y = x < 9, y < 9
    if (near_x and (near_y or y >= size - 8)) or (near_y and x >= size - 8):
        return True
    if x == 6 or y == 6 or _alignment(version, size, x, y) is not None:
        return True
    return version >= 7 and (
        (x < 6 and size - 11 <= y < size - 8) or (y < 6 and size - 11 <= x < size - 8)
    )


def _alignment(version: int, size: int, x: int, y: int) -> int | None:
    """The distance from the centre of the alignment pattern that a module lies in."""
    centres = ALIGNMENT[version - 1]
    for cy in centres:
        for cx in centres:
            corner = (cx == 6, cy == 6, cx == size - 7, cy == size - 7)
            at_finder = corner in (
                *((True, True, False, False), (False, True, True, False)),
                (True, False, False, True),
            )
            if not at_finder and abs(x - cx) <= 2 and abs(y - cy) <= 2:
                return max(abs(x - cx), abs(y - cy))
    return None


def _function_patterns(version: int, size: int) -> list[bool]:
    """Which modules are dark before any data, row by row (6.3)."""
    dark = {(x, 6) for x in range(8, size - 8, 2)} | {(6, y) for y in range(8, size - 8, 2)}
    for left, top in ((0, 0), (size - 7, 0), (0, size - 7)):
        for y in range(7):
            for x in range(7):
                if max(abs(x - 3), abs(y - 3)) != 2:
                    dark.add((left + x, top + y))
    for y in range(size):
        for x in range(size):
            ring = _alignment(version, size, x, y)
            if ring is not None:
                (dark.discard if ring == 1 else dark.add)((x, y))
    dark |= set(_format_modules(size)) | set(_version_modules(version, size))
    return [(x, y) in dark for y in range(size) for x in range(size)]


def _format_modules(size: int) -> Iterator[tuple[int, int]]:
    """The dark modules of both copies of the format information, and the one always dark (7.9)."""
    data = LEVEL_M << 3 | MASK
    bits = (data << 10 | _bch(data, 10, 0b10100110111)) ^ 0b101010000010010
    first = [(8, y) for y in (0, 1, 2, 3, 4, 5, 7)] + [(8, 8)]
    first += [(x, 8) for x in (7, 5, 4, 3, 2, 1, 0)]
    second = [(size - 1 - at, 8) for at in range(8)] + [(8, size - 7 + at) for at in range(7)]
    for at in range(15):
        if bits >> at & 1:
            yield first[at]
            yield second[at]
    yield 8, size - 8


def _version_modules(version: int, size: int) -> Iterator[tuple[int, int]]:
    """The dark modules of both copies of the version information (7.10)."""
    bits = version << 12 | _bch(version, 12, 0b1111100100101) if version >= 7 else 0
    for at in range(18):
        if bits >> at & 1:
            yield at // 3, size - 11 + at % 3
            yield size - 11 + at % 3, at // 3


def _bch(data: int, degree: int, generator: int) -> int:
    rest = data << degree
    while rest.bit_length() > degree:
        rest ^= generator << (rest.bit_length() - degree - 1)
    return rest


def _zigzag(size: int) -> Iterator[tuple[int, int]]:
    """The modules in the order of the bits: two columns at a time, up and down (7.7.3)."""
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for step in range(size):
            y = size - 1 - step if upwards else step
            yield right, y
            yield right - 1, y
        upwards = not upwards


def _remainder(data: bytes, degree: int) -> bytes:
    """The error correction codewords of a block: the remainder of a division (7.5.2), which is
    that of each byte at its place, added up."""
    added = reduce(xor, map(getitem, _remainders(degree, len(data)), data))
    return added.to_bytes(degree, "big")


@cache
def _remainders(degree: int, length: int) -> Sequence[Sequence[int]]:
    """By place in a block and byte, what the byte leaves there alone."""
    table, low = _multiples(degree), (1 << 8 * (degree - 1)) - 1
    places = [table]
    for _ in range(length - 1):
        places.append([(v & low) << 8 ^ table[v >> 8 * (degree - 1)] for v in places[-1]])
    return places[::-1]


@cache
def _multiples(degree: int) -> Sequence[int]:
    """The generator polynomial of a degree, times each element of the field."""
    generator, root = [1], 1
    for _ in range(degree):
        shifted = [*generator, 0]
        for at, value in enumerate(generator):
            shifted[at + 1] ^= _product(value, root)
        generator, root = shifted, _product(root, 2)
    return [
        int.from_bytes(bytes(_product(value, factor) for value in generator[1:]), "big")
        for factor in range(256)
    ]


def _product(x: int, y: int) -> int:
    """A product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    while y:
        product ^= x if y & 1 else 0
        x = x << 1 ^ (0x11D if x & 0x80 else 0)
        y >>= 1
    return product
