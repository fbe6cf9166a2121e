"""What the tests in a browser know of the site they look at."""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.serve.served import Served, free_port, until

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Of features only the last list counts: what Playwright turns off, and the browser's own suggestions below an address nobody types,
# which it draws as pages beside each page, and which cost as much as reading it.
NOT_NEEDED = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxPopup",
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # a page leaves its process to the next
    f"--disable-features={','.join(NOT_NEEDED)}",
)

# Of all accounts of the demo band.
PASSWORD = "paper marmots sing"
# A post with a short thread, and one with enough of them for more pages.
POST = "/news/brussels-is-on-again"
LONG_POST = "/news/how-small-hours-lost-its-drums"
# The first comment under the short one, with answers.
COMMENT = 553


class Site:
    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.folder = folder

    def letter_link(self, to: str) -> str:
        """The path of the link in the letter to that address, once the worker has sent it."""
        until(lambda: self._letters(to), 10)
        text = self._letters(to)[-1].get_body(("plain",)).get_content()
        found = re.search(rf"{self.address}(/\S+)", text)
        assert found, text
        return found[1]

    def _letters(self, to: str) -> list[Any]:
        letters = [
            email.message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((self.folder / "outbox").glob("*.eml"))
        ]
        return [letter for letter in letters if letter["To"] == to]


def browser_program() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@contextmanager
def served_demo(folder: Path) -> Iterator[Site]:
    """The demo band, served with its worker, for as long as it is needed."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FANSITE_")} | {
        "FANSITE_INSTANCE_PATH": str(folder),
        "FANSITE_BASE_URL": f"http://127.0.0.1:{port}",
        "FANSITE_LIMITS": "off",
    }
    program = str(Path(sys.executable).parent / "fansite")
    for command in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([program, *command], check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    served = Served(folder, port, [program, "serve", "--port", str(port), "--workers", "1"], environment)
    try:
        served.started()
        yield Site(f"http://127.0.0.1:{port}", folder)
    finally:
        served.end()


def signed_in(browser: Any, site: Site, name: str) -> Any:
    """What a browser holds in which somebody of the demo band signed in."""
    context = browser.new_context(base_url=site.address)
    page = context.new_page()
    page.goto("/login")
    page.fill('[data-form="login"] [name="email"]', f"{name}@example.org")
    page.fill('[data-form="login"] [name="password"]', PASSWORD)
    page.click('[data-form="login"] button')
    page.wait_for_selector(".menu")
    state = context.storage_state()
    context.close()
    return state


def comment_form(page: Any) -> Any:
    return page.locator('form[data-form="comment"]')


def write(page: Any, text: str) -> None:
    comment_form(page).locator("textarea").fill(text)


def send(page: Any) -> None:
    comment_form(page).locator(".button--main").click()


def comment_with(page: Any, text: str) -> Any:
    """The innermost comment that says this."""
    return page.locator("article.comment", has_text=text)
