"""axe-core, fetched once by npm with a pinned digest into the cache folder, and asked for the faults of a page."""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from verify.portable import Package, ToolchainMissing, cache_folder, check_integrity, fetch, unpack

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE: Final = Package(
    name="axe-core@4.14.1",
    integrity="sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    lean="",
    tree="",
)
GRAVE: Final = frozenset({"serious", "critical"})


def axe_script() -> str:
    """Return the text of axe-core, or skip with the reason where it cannot be fetched; a wrong digest fails."""
    place = cache_folder() / "axe-core-4.14.1.js"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            try:
                package = fetch(AXE, Path(scratch))
            except ToolchainMissing as missing:
                pytest.skip(f"axe-core cannot be fetched: {missing.why}")
            check_integrity(package, AXE)
            unpack(package, Path(scratch) / "raw")
            made = Path(scratch) / "axe.js"
            shutil.copyfile(Path(scratch) / "raw" / "package" / "axe.min.js", made)
            made.replace(place)
    return place.read_text(encoding="utf-8")


def faults(page: "Page", script: str) -> list[str]:
    """Return the serious and critical faults of a page, each with where it is."""
    # isolated from the page's own world, where its policy would refuse the text
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
    session.send("Runtime.evaluate", {"expression": script, "contextId": world})
    asked = {
        "expression": "axe.run(document).then(r => r.violations)", "contextId": world, "awaitPromise": True,
        "returnByValue": True,
    }  # fmt: skip
    answer: dict[str, Any] = session.send("Runtime.evaluate", asked)
    session.detach()
    assert "exceptionDetails" not in answer, answer
    found = [v for v in answer["result"]["value"] if v["impact"] in GRAVE]
    return [f"{v['id']}: {n['target']} {n['html'][:120]} {n['failureSummary']}" for v in found for n in v["nodes"]]
