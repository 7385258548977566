"""What a client sends as its settings -> Settings."""

from dataclasses import replace
from pathlib import Path
from typing import Final, get_args

from loop.language_server.known import Settings
from verify.toolchain import Preference

LONGEST: Final = 86_400
"""seconds"""


def chosen(settings: Settings, options: object) -> tuple[Settings, str]:
    """Return the settings with a client's initialization options, and what is wrong with those; wrong ones change nothing."""
    if options is None:
        return settings, ""
    if not isinstance(options, dict):
        return settings, "the initialization options are no object; they were left out of account."
    new, wrong = settings, []
    for name, value in options.items():
        match name, value:
            case "accepted", str() if value and "\0" not in value:
                new = replace(new, accepted=Path(value))
            case "lean", str() if value in get_args(Preference):
                new = replace(new, lean=next(k for k in get_args(Preference) if k == value))
            case "prove", "save" | "command":
                new = replace(new, prove=value)
            case "delay", int() | float() if not isinstance(value, bool) and 0 <= value <= LONGEST:
                new = replace(new, delay=float(value))
            case "search", int() if not isinstance(value, bool) and 1 <= value <= LONGEST:
                new = replace(new, search=value)
            case _:
                wrong.append(f"{name!a}: {value!a}"[:100])
    if wrong:
        known = "accepted (a folder), lean (auto, native or portable), prove (save or command), delay and search (seconds)"
        return new, f"settings that mean nothing: {'; '.join(wrong)}. There are {known}."
    return new, ""
