"""Chromium, driven by Playwright, for the tests that look at pages in a real browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDED: Final = (
    (find_spec("playwright"), "the package playwright is not installed"),
    (CHROMIUM, "no chromium is installed (Debian: apt-get install chromium)"),
)
MISSING: Final = "; ".join(why for found, why in NEEDED if found is None)
needs_chromium: Final = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@contextmanager
def launched() -> Iterator["Browser"]:
    """Give a browser; only tests under `needs_chromium` may ask for it."""
    # a module that has other tests too is read where the package is missing
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*root, "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()
