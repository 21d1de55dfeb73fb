"""A real browser for the tests of the page; without a net."""

import os
import shutil
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium():
    """Start Chromium; without one skip, or fail where BROWSER_TESTS=required."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        told = "no chromium is here to look at report.html with: apt-get install chromium"
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail(told)
        pytest.skip(told)
    root = sys.platform == "linux" and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"] if root else []
        )
        yield browser
        browser.close()
