"""The page of `qed report` in a real browser: Debian's Chromium, from a file, with every request looked at."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe import axe_script, faults
from chromium import launched, needs_chromium
from served import hostile, reviewed, shipped
from typer.testing import CliRunner

from loop.cli import app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs_chromium
COLOURS = "getComputedStyle(document.documentElement).backgroundColor"


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    with launched() as browser:
        yield browser


def written(folder: Path, place: Path) -> str:
    """Write the report of a graph, and return its address."""
    file = place / "report.html"
    done = CliRunner().invoke(app, ["report", "--accepted", str(folder), "--html", str(file)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return file.as_uri()


@pytest.mark.parametrize("which", ["shipped", "reviewed", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_stands_by_itself(chromium: "Browser", tmp_path: Path, which: str, scheme: str) -> None:
    folder = {"shipped": shipped, "reviewed": lambda p: reviewed(p).folder, "hostile": lambda p: hostile(p)[0]}[which](tmp_path)
    address = written(folder, tmp_path)
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(address, wait_until="load")
    assert "taken" not in page.title()
    assert page.evaluate(COLOURS) == {"light": "rgb(246, 247, 249)", "dark": "rgb(15, 19, 24)"}[scheme]
    assert faults(page, axe_script()) == []
    assert asked == [address]
    assert said == []
    context.close()


def test_curves_are_drawn_and_every_target_is_led_to(chromium: "Browser", tmp_path: Path) -> None:
    page = chromium.new_page()
    page.goto(written(shipped(tmp_path), tmp_path), wait_until="load")
    plots = page.locator("svg.plot")
    assert plots.count() >= 14
    assert all((plots.nth(i).bounding_box() or {"height": 0})["height"] > 100 for i in range(3))
    for link in page.locator("#targets a").all():
        assert page.locator(str(link.get_attribute("href"))).count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.close()
