"""What stands in the mails: the right links, and nothing a stranger can put there."""

from __future__ import annotations

from typing import Any

import pytest

from fansite.accounts import operations
from tests.accounts.conftest import text_of
from tests.cast import PASSWORD


def every_letter(cast: Any) -> None:
    operations.join(email="lea@example.org", username="lea.b", password="four goats on a tram")
    operations.join(email="fay@example.org", username="other", password="four goats on a tram")
    operations.ask_reset("fay")
    operations.change_email(cast.fay.id, password=PASSWORD, email="fay@new.example")
    operations.change_password(cast.fay.id, current=PASSWORD, new="another odd phrase")


def test_every_letter_has_a_text_and_a_page(cast: Any, letters: Any) -> None:
    every_letter(cast)
    found = letters()
    assert len(found) == 5
    for letter in found:
        text, page = text_of(letter), letter.get_body(("html",)).get_content()
        assert letter["Subject"] and "\n" not in letter["Subject"]
        assert "The Paper Marmots" in text and "The Paper Marmots" in page
        assert text.count("http://127.0.0.1:8000/") >= 1 and "{{" not in text + page and "None" not in text
        assert letter["Auto-Submitted"] == "auto-generated"


def test_the_links_come_from_the_base_address_whatever_the_headers_say(cast: Any, app: Any, letters: Any) -> None:
    forged = ("evil.example", "127.0.0.1:8000@evil.example", "evil.example:80", "127.0.0.1.evil.example")
    for number, host in enumerate(forged):
        headers = {
            "Origin": "http://127.0.0.1:8000",
            "X-Forwarded-Host": host,
            "X-Forwarded-Proto": "https",
            "Forwarded": f"host={host}",
            "X-Original-Host": host,
        }
        client = app.test_client()
        client.post(
            "/reset",
            data={"email": "fay" if number % 2 else "nora"},
            headers=headers,
            base_url=f"http://{host.partition('@')[2] or host}/",
        )
    found = letters()
    assert len(found) == len(forged)
    for letter in found:
        assert "evil" not in letter.as_string()


def test_a_name_in_a_letter_is_no_link(app: Any, letters: Any) -> None:
    operations.join(email="lea@example.org", username="buy.pills.now", password="four goats on a tram")
    [letter] = letters()
    for part in ("plain", "html"):
        body = letter.get_body((part,)).get_content()
        assert "buy.pills" not in body and "buy.\u2060pills.\u2060now" in body


@pytest.mark.parametrize("field", ["email", "username"])
@pytest.mark.parametrize(
    "ending", ["\r\nBcc: all@example.org", "\nSubject: free hay", "%0d%0aBcc: all@example.org", "\u2028Bcc: all@example.org"]
)
def test_no_line_is_added_to_a_letter(app: Any, stranger: Any, letters: Any, field: str, ending: str) -> None:
    typed = {"email": "lea@example.org", "username": "lea-b", "password": "four goats on a tram"}
    stranger.post("/join", {**typed, field: typed[field] + ending}, status=422)
    stranger.post("/reset", {"email": "fay@example.org" + ending}, status=303)
    assert letters() == []


def test_the_address_of_an_agreed_name_stays_whole(app: Any, letters: Any) -> None:
    """A link at the end of a line is made of small letters and digits only: no program cuts off its end."""
    operations.join(email="lea@example.org", username="lea-b", password="four goats on a tram")
    line = next(line for line in text_of(letters()[0]).splitlines() if "/confirm/" in line)
    assert line.rpartition("/")[2].isalnum() and len(line.rpartition("/")[2]) == 64
