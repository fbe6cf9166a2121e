"""What people write does nothing in a real browser, with the content policy switched off (SECURITY §4.1, 2, 5; P6)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.site import POST
from tests.conftest import ROOT

HOSTILE = [json.loads(line)["text"] for line in (ROOT / "tests/core/data/hostile.jsonl").read_text("utf-8").splitlines()]
ECHOES = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "</title><svg onload=alert(1)>", "</script><script>alert(1)//", "'-alert(1)-'",
    "' autofocus onfocus=alert(1) x='", "<a href=javascript:alert(1)>x", "{{constructor.constructor('alert(1)')()}}", "\u202e<b>x", "%3Cscript%3Ealert(1)%3C/script%3E",
)  # fmt: skip
CALLED = "window.alert = window.prompt = window.confirm = (words) => { window.called = String(words ?? 'called'); };"
# Whatever could act: scripts and styles that are not the site's own, handlers, schemes, and forms that lead elsewhere.
ALIVE = """() => {
  const alive = window.called ? [`called ${window.called}`] : [];
  const own = (url) => new URL(url, location.href).origin === location.origin;
  for (const element of document.querySelectorAll('*')) {
    const name = element.localName;
    if (name === 'script' && !(element.src ? own(element.src) : element.type === 'application/ld+json')) alive.push(element.outerHTML.slice(0, 80));
    if (['iframe', 'object', 'embed', 'base', 'style', 'frame', 'math', 'foreignobject'].includes(name)) alive.push(name);
    if (name === 'meta' && element.httpEquiv) alive.push(element.outerHTML);
    for (const { name: attribute, value } of element.attributes) {
      if (attribute.startsWith('on') || ['style', 'srcdoc', 'ping'].includes(attribute)) alive.push(`${name} ${attribute}`);
      if (!['href', 'src', 'action', 'formaction', 'xlink:href', 'poster', 'data'].includes(attribute)) continue;
      if (name === 'img' && attribute === 'src' && value.startsWith('data:image/webp;base64,')) continue; // what stands in until a picture has come
      if (!URL.canParse(value, location.href)) continue;
      if (!['http:', 'https:', 'mailto:'].includes(new URL(value, location.href).protocol)) alive.push(`${name} ${attribute}=${value}`);
      if (attribute.endsWith('action') && !own(value)) alive.push(`${name} ${attribute}=${value}`);
    }
  }
  return alive;
}"""


@pytest.fixture
def look(chromium: Any, site: Any, cookies: Any) -> Any:
    """`look("ada", "/staff/")` says what is alive on a page. The policy that would stop it all is off."""
    contexts: dict[str | None, Any] = {}

    def at(who: str | None, path: str) -> list[str]:
        if who not in contexts:
            state = cookies(who) if who else None
            contexts[who] = chromium.new_context(base_url=site.address, bypass_csp=True, storage_state=state)
            contexts[who].add_init_script(CALLED)
        page = contexts[who].new_page()
        page.goto(path)
        found = page.evaluate(ALIVE)
        page.close()
        return [f"{path}: {one}" for one in found]

    yield at
    for context in contexts.values():
        context.close()


@pytest.fixture
def send(chromium: Any, site: Any, cookies: Any) -> Any:
    """`send("fay", path, words)` posts a form as a browser without scripts would."""
    contexts: list[Any] = []

    def post(who: str, path: str, words: dict[str, str]) -> Any:
        context = chromium.new_context(base_url=site.address, storage_state=cookies(who))
        contexts.append(context)
        page = context.new_page()
        page.goto("/account/")
        token = page.locator('[name="csrf_token"]').first.get_attribute("value")
        page.close()
        headers = {"Origin": site.address}
        return context.request.post(path, form={"csrf_token": token, **words}, headers=headers, max_redirects=0)

    yield post
    for context in contexts:
        context.close()


def test_the_eye_sees_what_is_alive(look: Any, chromium: Any) -> None:
    page = chromium.new_page()
    page.add_init_script(CALLED)
    page.goto("about:blank")
    page.set_content(
        "<img src=x onerror=alert(1)><a href='javascript:x'>x</a><form action='https://evil.example'></form><style></style>"
    )
    assert len(page.evaluate(ALIVE)) >= 4
    page.close()


def test_comments_reports_and_posts_do_nothing(look: Any, send: Any, chromium: Any, site: Any) -> None:
    everything = "\n\n".join(HOSTILE)
    made = send("eli", "/staff/news/new", {"title": ECHOES[1], "summary": ECHOES[3], "body": everything, "language": "en", "tags": "a<b>x,\"onx=1", "comments_open": "y", "version": "1"})  # fmt: skip
    assert made.status == 303, made.text()[:2000]
    editor = made.headers["location"].partition("?")[0]
    assert send("eli", f"{editor}/publication", {}).status == 303
    entry = editor.rpartition("/")[2]
    for who, body in (("fay", everything[:9000]), ("nora", everything[:9000]), ("milo", everything[-9000:])):
        assert send(who, f"/comments/on/{entry}", {"body": body, "nonce": who}).status == 303

    context = chromium.new_context(base_url=site.address)
    page = context.new_page()
    page.goto("/news/")
    post = page.locator(".card__title a", has_text="onerror").first.get_attribute("href")
    page.goto(post)
    comment = page.locator("article.comment").first.get_attribute("id").removeprefix("comment-")
    context.close()
    assert send("fay", f"/comments/{comment}/report", {"category": "other", "note": "\n".join(ECHOES)}).status == 303

    alive = [
        found
        for who, path in (
            (None, post), (None, "/"), (None, "/news/"), (None, "/fans/milo"), (None, f"/comments/{comment}/report"), (None, "/search?q=onerror"),
            ("nora", "/account/comments"), ("nora", post), ("milo", "/moderation/"), ("milo", "/moderation/reported"), ("eli", "/staff/"), ("eli", editor), ("eli", "/staff/tags"),
        )
        for found in look(who, path)
    ]  # fmt: skip
    assert alive == []


def test_what_a_page_repeats_of_its_address_does_nothing(look: Any) -> None:
    alive = []
    for words in (ECHOES[2], *("".join(ECHOES[start : start + 4]) for start in (0, 4, 8))):
        typed = quote(words, safe="")
        for path in (
            f"/search?q={typed}&kind={typed}&year={typed}",
            f"/{typed}",
            f"/news/tag/{typed}",
            f"{POST}?reply={typed}&draft={typed}&page={typed}",
            f"/login?email={typed}&next=/{typed}&draft={typed}&done={typed}",
            f"/join?email={typed}&username={typed}&password={typed}",
            f"/confirm/{typed}",
        ):
            alive += look(None, path)
    assert alive == []
