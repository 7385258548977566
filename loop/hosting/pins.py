"""Which node of the graph each hosted function is loaded from: `pins.json`, canonical JSON beside this file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from verify.canonical import Digest, from_json, to_json
from verify.certificate import DIGEST

FILE: Final = Path(__file__).with_name("pins.json")


@dataclass(frozen=True, slots=True)
class Pin:
    """What a hosted function is loaded from."""

    node: Digest
    """the accepted version's, in the graph"""
    spec: Digest
    """that of the target which it implements"""


def read_pins(path: Path = FILE) -> dict[str, Pin]:
    """Return the pins by the function's name. Raises ValueError for another form than `to_bytes` writes, and OSError."""
    content = path.read_bytes()
    match from_json(content):
        case dict(found):
            pins = {name: _pin(name, data) for name, data in found.items()}
        case _:
            raise ValueError(f"{path.name} is no object")
    if to_bytes(pins) != content:
        raise ValueError(f"{path.name} is not in canonical JSON")
    return pins


def to_bytes(pins: Mapping[str, Pin]) -> bytes:
    """Return canonical JSON."""
    return to_json({name: asdict(pin) for name, pin in pins.items()})


def _pin(name: str, data: object) -> Pin:
    match data:
        case {"node": str(node), "spec": str(spec), **rest} if not rest and DIGEST.fullmatch(node) and DIGEST.fullmatch(spec):
            return Pin(node, spec)
    raise ValueError(f"the pin of {name} does not name a node and a spec by their digests")
