"""A WebAssembly module of the shape of lean.wasm, small enough to be written by hand."""

from __future__ import annotations


def number(value: int) -> bytes:
    """Returns an unsigned number in the binary format."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def section(kind: int, *entries: bytes) -> bytes:
    """Returns a section that holds a vector of entries."""
    body = number(len(entries)) + b"".join(entries)
    return bytes([kind]) + number(len(body)) + body


def named(name: str) -> bytes:
    """Returns a name with its length."""
    return number(len(name)) + name.encode()


def small_module(answers: dict[str, int], addresses: dict[str, int]) -> bytes:
    """Returns a module with a function for each name of `answers` that returns the number, and a global for each address.

    It has a table with one slot in use, a memory that is imported, a shared global that is imported, and a `main`.
    """
    functions = {**answers, "main": 0}
    code = [b"\x41" + number(value) + b"\x0b" for value in functions.values()]
    exports = [
        *(named(name) + b"\x00" + number(i) for i, name in enumerate(functions)),
        *(named(name) + b"\x03" + number(1 + i) for i, name in enumerate(addresses)),
        named("table") + b"\x01\x00",
    ]
    return b"".join([
        b"\0asm\x01\0\0\0",
        section(1, b"\x60\x00\x01\x7f"),
        section(2, named("env") + named("memory") + b"\x02\x00\x01", named("GOT.func") + named("gl") + b"\x03\x7f\x01"),
        section(3, *[b"\x00"] * len(functions)),
        section(4, b"\x70\x00\x02"),
        section(6, *(b"\x7f\x00\x41" + wide(address) + b"\x0b" for address in addresses.values())),
        section(7, *exports),
        section(9, b"\x00\x41\x01\x0b\x01\x00"),
        section(10, *(number(len(body) + 1) + b"\x00" + body for body in code)),
    ])  # fmt: skip


def wide(value: int) -> bytes:
    """Returns a number of 32 bits, read as signed, in five bytes."""
    return bytes([*(value >> shift & 127 | 128 for shift in (0, 7, 14, 21)), value >> 28 & 15 | (112 if value >> 31 else 0)])
