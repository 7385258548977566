"""Decides: one value, one byte string, one name.

Every value is a tag, the length of its payload in decimal, a colon and the payload, so that no two values share an encoding:
`1` is not `True`, `"ab" + "c"` is not `"a" + "bc"`. Floats are refused. Names are full SHA-256 over a domain tag and that.
"""

import hashlib
import json
from typing import TypeAlias

Data: TypeAlias = "bool | int | str | bytes | list[Data] | tuple[Data, ...] | dict[str, Data] | None"
Digest: TypeAlias = str
"""64 lower-case hexadecimal digits"""


def encode(value: object) -> bytes:
    """Return the canonical bytes of a value.

    >>> encode([1, True, "a"])
    b'l12:i1:1b1:1s1:a'

    Raises TypeError for a value outside `Data`; a float is one.
    """
    match value:
        case None:
            tag, payload = b"n", b""
        case bool():
            tag, payload = b"b", b"1" if value else b"0"
        case int():
            tag, payload = b"i", b"%d" % value
        case str():
            tag, payload = b"s", value.encode()
        case bytes():
            tag, payload = b"y", value
        case list() | tuple():
            tag, payload = b"l", b"".join(encode(item) for item in value)
        case dict():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("the keys of a canonical mapping are strings")
            tag, payload = b"d", b"".join(encode(key) + encode(value[key]) for key in sorted(value))
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical encoding")
    return tag + b"%d:" % len(payload) + payload


def digest(domain: str, value: object) -> Digest:
    """Return the SHA-256 of a value's canonical bytes under a domain tag, so that kinds of things never share a name."""
    return hashlib.sha256(encode(["qedloop", domain, value])).hexdigest()


def digest_bytes(content: bytes) -> Digest:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def to_json(value: object) -> bytes:
    """Return the one JSON text of a value: sorted keys, two spaces, ASCII, a final newline."""
    encode(value)  # refuses floats and keys that are not strings
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=True) + "\n").encode()


def _no_float(text: str) -> Data:
    raise ValueError(f"{text} is a float, which no canonical file holds")


def _no_duplicates(pairs: list[tuple[str, Data]]) -> dict[str, Data]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def from_json(content: bytes) -> Data:
    """Read what `to_json` wrote and nothing else.

    Raises ValueError where the text is not the one JSON text of its value (duplicate keys, floats, spacing, conflict markers).
    """
    try:
        value: Data = json.loads(
            content.decode("ascii"), parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_no_duplicates
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if to_json(value) != content:
        raise ValueError("it is not written in canonical form")
    return value
