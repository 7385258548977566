"""What a wheel holds beside the packages: the accepted versions of the loop's own functions, which an installed loop runs too."""

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PINS = "loop/hosting/pins.json"
PLACE = "loop/hosting/accepted"
"""where `loop.hosting.hosted` looks for them"""


class CustomBuildHook(BuildHookInterface):
    """Adds a node of the graph for each pin."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the nodes; an editable install reads the repository's. Raises FileNotFoundError where one is missing."""
        if version == "editable":
            return
        root = Path(self.root)
        for pin in json.loads((root / PINS).read_text(encoding="ascii")).values():
            for file in _files(root, pin["node"]):
                build_data["force_include"][str(file)] = f"{PLACE}/{pin['node']}/{file.name}"


def _files(root: Path, node: str) -> list[Path]:
    folder = root / "accepted" / node
    if not (folder / "node.json").is_file():
        raise FileNotFoundError(f"{PINS} names {node}, which is not in the graph")
    return sorted(p for p in folder.iterdir() if p.is_file())
