"""Work in stages: each writes what it came to into a file of its own when it is over, and is not done again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def stage(folder: Path, name: str, work: Callable[[], dict[str, Any]], say: Callable[[str], None]) -> dict[str, Any]:
    """Return what a stage came to: from its file where it is over, else by carrying it out, which `say` hears of."""
    path = folder / f"{name.replace(' ', '-')}.json"
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    say(name)
    found = work()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
    return found
