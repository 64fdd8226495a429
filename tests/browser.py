"""Looking at a page in the machine's Chromium, with the network off."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.programs import program


@dataclass(frozen=True)
class Looked:
    """What a browser says of a page.

    `requests` are those beside the page itself, `errors` what the console and the page complain
    of, `overflow` by how many pixels it is wider than its window; `answer` is to what was asked,
    `printed` the PDF, where one was wanted.
    """

    requests: list[str]
    errors: list[str]
    overflow: int
    screenshot: bytes
    printed: bytes
    answer: Any


def look_at(path: Path, width: int, ask: str = "null", prints: bool = False) -> Looked:
    """Open a file in a window of `width` pixels; `ask` is JavaScript, its value the answer.

    The test is skipped where no Chromium is installed.
    """
    chromium = program("chromium", "chromium-browser", "google-chrome")
    address = path.resolve().as_uri()
    requests: list[str] = []
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
            page = context.new_page()
            page.on("request", lambda request: requests.append(request.url))
            page.on("console", lambda message: errors.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address, wait_until="load")
            answer = page.evaluate(ask)
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            screenshot = page.screenshot(full_page=True)
            printed = page.pdf(prefer_css_page_size=True) if prints else b""
        finally:
            browser.close()
    others = [url for url in requests if url != address and not url.startswith("data:")]
    return Looked(others, errors, overflow, screenshot, printed, answer)
