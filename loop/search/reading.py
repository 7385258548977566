"""Reads learned state strictly: whole numbers where they are due, and no key that was not written."""

from collections.abc import Mapping


def record(data: object, *names: str) -> Mapping[str, object]:
    """Return an object that has just these keys. Raises ValueError."""
    if not isinstance(data, dict) or data.keys() != set(names):
        raise ValueError(f"an object with {', '.join(names)} is due, and nothing else")
    return data


def mapping(data: object) -> Mapping[str, object]:
    """Return an object with texts as keys. Raises ValueError."""
    if not isinstance(data, dict) or not all(isinstance(k, str) for k in data):
        raise ValueError("an object with texts as keys is due")
    return data


def items(data: object) -> list[object]:
    """Return an array. Raises ValueError."""
    if not isinstance(data, list):
        raise ValueError("an array is due")  # noqa: TRY004 - malformed input is a ValueError throughout
    return data


def text(data: object) -> str:
    """Return a text. Raises ValueError."""
    if not isinstance(data, str):
        raise ValueError("a text is due")  # noqa: TRY004 - as above
    return data


def natural(data: object) -> int:
    """Return a whole number that is not negative. Raises ValueError."""
    if not isinstance(data, int) or isinstance(data, bool) or data < 0:
        raise ValueError("a whole number, not negative, is due")
    return data


def naturals(data: object, count: int) -> list[int]:
    """Return so many whole numbers. Raises ValueError."""
    found = [natural(x) for x in items(data)]
    if len(found) != count:
        raise ValueError(f"{count} whole numbers are due")
    return found
