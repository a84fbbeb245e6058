"""Make a picture of a report, as on the front page: python docs/picture.py REPORT.html PICTURE.png [WIDTH] [light|dark]."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HEIGHTS = {1280: 1560, 390: 1400}


def picture(report: Path, target: Path, width: int = 1280, scheme: str = "light") -> None:
    """Open a report and keep its first screen, as tall as the answer and the head of the ranking.

    Args:
        report: The HTML file.
        target: The PNG file to be.
        width: Width of the page in pixels.
        scheme: `light` or `dark`.
    """
    named = os.environ.get("HANDFUL_BROWSER")
    found = next((path for name in ([named] if named else CANDIDATES) if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("no Chromium or Chrome was found; name one in HANDFUL_BROWSER")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if root else [])
        size = {"width": width, "height": HEIGHTS.get(width, 1400)}
        page = browser.new_page(viewport=size, color_scheme="dark" if scheme == "dark" else "light")
        page.goto(report.resolve().as_uri())
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    source, target, *rest = sys.argv[1:]
    picture(Path(source), Path(target), int(rest[0]) if rest else 1280, rest[1] if len(rest) > 1 else "light")
