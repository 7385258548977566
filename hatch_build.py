"""What a wheel holds beside the packages: the accepted versions of the loop's own functions, and pages that agents are shown."""

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PINS = "loop/hosting/pins.json"
PLACE = "loop/hosting/accepted"
"""where `loop.hosting.hosted` looks for them"""
PAGES = {"docs/language.md": "loop/agents/language.md", "docs/ticks.md": "loop/agents/ticks.md"}
"""where `loop.agents.telling` looks for them"""


class CustomBuildHook(BuildHookInterface):
    """Adds a node of the graph for each pin, and the pages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; an editable install reads the repository's. Raises FileNotFoundError where a node is missing.

        Whatever an editable install were to put into a folder `loop` of its own, another install would write its modules beside.
        """
        if version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"].update({str(root / page): place for page, place in PAGES.items()})
        for pin in json.loads((root / PINS).read_text(encoding="ascii")).values():
            for file in _files(root, pin["node"]):
                build_data["force_include"][str(file)] = f"{PLACE}/{pin['node']}/{file.name}"


def _files(root: Path, node: str) -> list[Path]:
    folder = root / "accepted" / node
    if not (folder / "node.json").is_file():
        raise FileNotFoundError(f"{PINS} names {node}, which is not in the graph")
    return sorted(p for p in folder.iterdir() if p.is_file())
