"""Writing at the desk with scripts: nothing typed is lost, whatever is cut, and the tools do what a hand would."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from tests.browser.conftest import QUIET
from tests.browser.scenes import ALIVE
from tests.browser.site import PASSWORD
from tests.conftest import ROOT
from tests.serve.served import Served, free_port, until

pytestmark = pytest.mark.browser
BODY = 'textarea[name="body"]'
# The last second may be lost, and no more.
A_SECOND = 1000


def body(page: Any) -> str:
    return str(page.locator(BODY).input_value())


def say(page: Any, words: str) -> None:
    """Key by key, at the end."""
    page.locator(BODY).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words, delay=5)


def state(page: Any) -> str:
    return str(page.locator("working-copy").get_attribute("data-state"))


def alive(page: Any) -> Any:
    until(lambda: page.evaluate(ALIVE), 15)
    return page


# ---- whatever is cut ------------------------------------------------------------------------------------------------------------


class Desk:
    """A site and a browser of their own, to be killed."""

    def __init__(self, folder: Path, chromium: Any) -> None:
        self.chromium, self.profile, self.port = chromium, folder / "profile", free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.folder = folder / "site"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("FANSITE_")} | {
            "FANSITE_INSTANCE_PATH": str(self.folder),
            "FANSITE_BASE_URL": self.address,
            "FANSITE_LIMITS": "off",
        }
        self.program = str(Path(sys.executable).parent / "fansite")
        owner = ["init", "--email", "ada@example.org", "--username", "ada", "--password-stdin", "--site-name", "Marmots"]
        subprocess.run(
            [self.program, *owner],
            check=True,
            env=self.environment,
            cwd=ROOT,
            input=PASSWORD,
            text=True,
            stdout=subprocess.DEVNULL,
        )
        self.serve()
        self.browse()

    def serve(self) -> None:
        command = [self.program, "serve", "--port", str(self.port), "--workers", "1"]
        self.served = Served(self.folder, self.port, command, self.environment).started()

    def kill_server(self) -> None:
        self.served.children()
        for pid in self.served.left():
            os.kill(pid, signal.SIGKILL)
        self.served.end()

    def browse(self) -> None:
        launch = self.chromium.browser_type.launch_persistent_context
        program = next(filter(os.path.exists, ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")))
        self.context = launch(str(self.profile), executable_path=program, args=QUIET, base_url=self.address)
        self.context.set_default_timeout(15000)

    def kill_browser(self) -> None:
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            if f"--user-data-dir={self.profile}" in words and not any(word.startswith("--type=") for word in words):
                process.kill()
        until(lambda: not (self.profile / "SingletonLock").is_symlink() or self._gone(), 10)
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()

    def _gone(self) -> bool:
        return not any(
            f"--user-data-dir={self.profile}" in (one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"])
        )

    def page(self, path: str) -> Any:
        """Signed in: a killed browser forgets that."""
        page = self.context.new_page()
        page.goto("/login")
        if page.locator('[data-form="login"]').count():
            page.fill('[data-form="login"] [name="email"]', "ada@example.org")
            page.fill('[data-form="login"] [name="password"]', PASSWORD)
            page.click('[data-form="login"] button')
            page.wait_for_selector(".menu")
        page.goto(path)
        return alive(page)

    def close(self) -> None:
        try:
            self.context.close()
        except Exception:  # it was killed
            self.kill_browser()
        self.served.end()


@pytest.fixture
def desk(chromium: Any, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, chromium)
    yield made
    made.close()


def test_browser_server_and_network_are_cut_in_turn_and_every_word_is_there(desk):
    page = desk.page("/staff/news/new")
    page.fill('[name="title"]', "The night of the three cuts")
    say(page, "First the browser was killed.")
    page.wait_for_timeout(A_SECOND)
    desk.kill_browser()

    desk.browse()
    page = desk.page("/staff/news/new")
    page.locator("[data-unsaved] a").click()
    alive(page)
    assert body(page) == "First the browser was killed."
    say(page, " Then the server.")
    until(lambda: state(page) == "saved")
    desk.kill_server()
    say(page, " It was away for a while.")
    until(lambda: state(page) == "offline", 10)
    page.wait_for_timeout(A_SECOND)
    page.close()  # the page too: only this device has the words

    desk.serve()
    page = desk.page("/staff/news/new")
    page.locator('[data-here] [data-part="goOn"]').click()
    assert body(page) == "First the browser was killed. Then the server. It was away for a while."
    until(lambda: state(page) == "saved", 15)

    desk.context.set_offline(True)
    say(page, " Last the network, and the browser with it.")
    page.wait_for_timeout(A_SECOND)
    desk.kill_browser()

    desk.browse()
    page = desk.page("/staff/news/new")
    page.locator('[data-here] [data-part="goOn"]').click()
    whole = "First the browser was killed. Then the server. It was away for a while. Last the network, and the browser with it."
    assert body(page) == whole
    assert page.locator('[name="title"]').input_value() == "The night of the three cuts"
    page.locator('form[data-form="entry"] .button--main').click()
    page.wait_for_url(re.compile(r"/staff/news/\d+"))
    assert body(alive(page)) == whole
    # Saved: nothing waits any more, neither there nor here.
    page.goto("/staff/news/new")
    alive(page)
    assert page.locator("[data-unsaved]").count() == 0
    assert not page.locator("[data-here]").is_visible()


# ---- with the demo band -------------------------------------------------------------------------------------------------------


@pytest.fixture
def eli(visit: Any) -> Any:
    """An editor before an empty box."""
    page = visit("eli")
    page.goto("/staff/news/new")
    return alive(page)


def test_a_session_that_ends_while_writing_goes_on_after_signing_in_elsewhere(visit, site):
    page = visit()
    page.goto("/login")
    sign_in(page)
    page.goto("/staff/news/new")
    alive(page)
    say(page, "Before.")
    until(lambda: state(page) == "saved")
    page.context.clear_cookies()
    say(page, " After.")
    until(lambda: state(page) == "out", 10)
    with page.context.expect_page() as opened:
        page.locator("[data-door]").click()
    sign_in(opened.value)
    opened.value.close()
    page.evaluate("dispatchEvent(new Event('focus'))")
    until(lambda: state(page) == "saved", 15)
    page.reload()
    assert body(page) == "Before. After."


def sign_in(page: Any) -> None:
    page.fill('[data-form="login"] [name="email"]', "eli@example.org")
    page.fill('[data-form="login"] [name="password"]', PASSWORD)
    page.click('[data-form="login"] button')
    page.wait_for_selector(".menu")


def test_two_windows_of_one_text_keep_both_and_both_are_offered(eli):
    other = eli.context.new_page()
    other.goto("/staff/news/new")
    alive(other)
    say(eli, "In the first window.")
    say(other, "In the second window.")
    until(lambda: state(eli) == state(other) == "saved")
    eli.goto("/staff/news/new")
    offered = eli.locator("[data-unsaved]")
    assert offered.count() >= 2
    for words in ("second", "first"):
        eli.goto("/staff/news/new")
        eli.locator("[data-unsaved] a").nth(0 if words == "second" else 1).click()
        alive(eli)
        assert body(eli) == f"In the {words} window."


def test_tools_and_keys_do_what_a_hand_would_and_undo_takes_it_back(eli):
    def press(*keys: str) -> str:
        for key in keys:
            eli.keyboard.press(key)
        return body(eli)

    eli.locator(BODY).focus()
    eli.keyboard.type("loud")
    press("Control+a")
    assert press("Control+b") == "**loud**"
    assert press("Control+i") == "***loud***"
    assert press("Control+b") == "*loud*"
    assert press("Control+i") == "loud"
    assert press("Control+k") == "[loud]()"
    eli.keyboard.type("/about")
    assert body(eli) == "[loud](/about)"
    eli.locator(BODY).fill("")
    eli.keyboard.type("1. one")
    press("Enter")
    eli.keyboard.type("two")
    assert body(eli) == "1. one\n2. two"
    assert press("Enter", "Enter") == "1. one\n2. two\n"
    press("Control+a")
    eli.locator('[data-tool="quote"]').click()
    assert body(eli) == "> 1. one\n> 2. two\n"
    eli.locator(BODY).focus()
    assert press("Control+z") == "1. one\n2. two\n"
    press("Tab")
    assert eli.evaluate("document.activeElement.name") != "body"


def test_the_toolbar_is_one_stop_and_arrows_walk_in_it(eli):
    eli.locator('[data-tool="bold"]').focus()
    eli.keyboard.press("ArrowRight")
    assert eli.evaluate("document.activeElement.dataset.tool") == "italic"
    eli.keyboard.press("Home")
    eli.keyboard.press("ArrowLeft")
    last = eli.evaluate("document.activeElement.dataset.tool")
    assert last == eli.locator("[data-tool]").last.get_attribute("data-tool")
    assert eli.locator('[data-tool][tabindex="0"]').count() == 1


def test_how_it_reads_stands_beside_it_and_follows(eli):
    eli.locator('[data-way="both"]').click()
    say(eli, "## Loud\n\nand **clear**")
    reading = eli.locator("[data-reading]")
    reading.locator("h2", has_text="Loud").wait_for()
    reading.locator("strong", has_text="clear").wait_for()
    eli.context.set_offline(True)
    say(eli, " still")
    eli.locator("[data-failure]").wait_for()
    eli.context.set_offline(False)
    reading.locator("p", has_text="clear still").wait_for()
    assert not eli.locator("[data-failure]").is_visible()
    eli.locator('[data-way="write"]').click()


def test_another_editor_is_seen_by_both_and_what_they_saved_is_told(visit):
    eli, ada = visit("eli"), visit("ada")
    eli.goto("/staff/news/12")
    alive(eli)
    ada.goto("/staff/news/12")
    alive(ada)
    until(lambda: "eli" in ada.locator("[data-others]").inner_text())

    def eli_hears_of_ada() -> bool:  # whose own sign may still be on its way: her page knew of Eli before she sent it
        eli.evaluate("document.querySelector('editor-presence').sign()")
        return "ada" in eli.locator("[data-others]").inner_text()

    until(eli_hears_of_ada)
    say(eli, "\n\nA word of Eli’s.")
    say(ada, "\n\nA word of Ada’s.")
    ada.locator('form[data-form="entry"] .button--main').first.click()
    ada.wait_for_url("**said=saved**")
    eli.evaluate("document.querySelector('editor-presence').sign()")
    eli.locator("[data-changed] button").click()
    eli.locator("#compare").wait_for()
    assert eli.locator("#compare del", has_text="Ada").count() == 1
    assert body(eli).endswith("A word of Eli’s.")


def test_what_was_taken_back_is_not_offered(eli):
    eli.goto("/staff/news/14")
    alive(eli)
    say(eli, "x")
    until(lambda: state(eli) == "saved", 10)
    eli.keyboard.press("Backspace")
    until(lambda: state(eli) == "same", 10)
    eli.goto("/staff/news/14")
    assert eli.locator("[data-unsaved]").count() == 0


PASTE = """([kind, data]) => {
  const held = new DataTransfer();
  if (kind === "file") held.items.add(new File([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], "wall.png", { type: "image/png" }));
  else held.setData(kind, data);
  const box = document.querySelector('textarea[name="body"]');
  box.focus();
  box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""


def test_a_pasted_picture_goes_to_the_library_and_its_words_are_asked_for_on_the_spot(eli):
    file = BytesIO()
    Image.new("RGB", (90, 60), "firebrick").save(file, "PNG")
    eli.evaluate(PASTE, ["file", base64.b64encode(file.getvalue()).decode()])
    until(lambda: eli.evaluate("document.activeElement.dataset.part") == "alt", 15)
    assert re.search(r"^!\[\]\(/media/[0-9a-f]+\.\w+\)$", body(eli).strip())
    eli.locator('[data-part="later"]').click()
    jump = eli.locator('[data-part="jumps"] button')
    jump.wait_for()
    jump.click()
    eli.keyboard.type("A red wall")
    eli.keyboard.press("Enter")
    until(lambda: body(eli).strip().startswith("![A red wall](/media/"))
    until(lambda: not eli.locator('[data-part="unsaid"]').is_visible())


def test_names_and_texts_are_offered_and_pasted_pages_become_markdown(eli):
    say(eli, "With @mi")
    eli.locator("#offers li", has_text="@milo").wait_for()
    assert eli.locator(BODY).get_attribute("aria-activedescendant") == "offers-0"
    eli.keyboard.press("Enter")
    say(eli, " on [[brussels again")
    eli.locator("#offers li", has_text="Brussels is on again").click()
    assert re.fullmatch(r"With \[@milo\]\(/fans/milo\) on \[Brussels is on again.*\]\(/news/brussels-is-on-again\)", body(eli))
    say(eli, " ")
    eli.evaluate(PASTE, ["text/html", "<p><b>so</b></p>"])
    until(lambda: body(eli).endswith(" **so**"))
