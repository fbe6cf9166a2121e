"""What is typed into any box stands on every page as words (SECURITY §4.1, 2, 5, 29, 30). A browser looks at more: `tests/browser/test_hostile_words.py`."""

from __future__ import annotations

from typing import Any

from lxml import html

from fansite.core import publishing
from tests.attacks.ground import DESKS, FORMS, FROM_HERE, PUBLIC

HOSTILE = "\"'><img src=x onerror=alert(1)></style><script>alert(1)</script>;}*{x:url(//evil.example)}"
# How long each may be is another matter.
SHORT = '"><img src=x onerror=alert(1)>'
TYPED = {
    "describe a picture": {"alt": HOSTILE, "credit": SHORT},
    "rules": {f"{name}_{language}": HOSTILE for name in ("short", "body", "changed") for language in ("en", "fr")},
    "looks": {"name": SHORT, "line_en": SHORT, "line_fr": SHORT},
    "a letter": {"name": SHORT, "subject": HOSTILE, "body": f"{HOSTILE}\r\nBcc: all@evil.example"},
    "keep a copy": {"title": HOSTILE, "body": HOSTILE},
    "write": {"title": HOSTILE, "summary": HOSTILE, "tags": SHORT},
}


def test_hostile_words_in_every_new_box_are_words_on_every_page(
    ground: Any, without_limits: None, worker: Any, outbox_mails: Any
) -> None:
    for name, typed in TYPED.items():
        client, token = ground.browser(FORMS[name].who)
        data = FORMS[name].fields(csrf_token=token) | typed
        assert client.post(ground.path(FORMS[name]), data=data, headers=FROM_HERE).status_code in (200, 303), name
    ada, token = ground.browser("ada")
    assert b"<img src=x" not in ada.get("/staff/appearance/preview/home").get_data()
    assert ada.post("/staff/appearance/publication", data={"csrf_token": token}, headers=FROM_HERE).status_code == 303
    publishing.publish(ground.ids["draft"], by=ground.cast.eli)
    worker()
    editor, letter, picture = (
        f"/staff/news/{ground.ids['draft']}",
        f"/staff/letters/{ground.ids['letter'] + 1}",
        f"/staff/pictures/{ground.ids['picture']}",
    )
    pages = (
        *PUBLIC,
        *DESKS,
        "/rules",
        "/rules/1",
        "/staff/writing/texts?q=img",
        editor,
        letter,
        picture,
    )
    for path in pages:
        for client in (ground.app.test_client(), ada):
            answer = client.get(path, headers={"Accept": "text/html"})
            assert answer.status_code in (200, 302), path
            if answer.mimetype == "text/html":
                alive = html.fromstring(answer.get_data()).xpath(
                    "//@onerror | //style | //script[not(@src or @type='application/ld+json')]"
                )
                assert alive == [], path
    for written in outbox_mails():
        assert written["Bcc"] is None and "\n" not in str(written["Subject"])
        for part in written.walk():
            if part.get_content_type() == "text/html":
                assert html.fromstring(part.get_content()).xpath("//@onerror | //script") == []
