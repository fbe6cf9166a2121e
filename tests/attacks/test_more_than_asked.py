"""Fields nobody asked for, tokens of others, the same form twice at once (SECURITY §4.15, 17, 25)."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account, Leaving, Parcel
from fansite.comments.models import Comment
from fansite.contact.models import Letter
from fansite.core.db import db, transaction
from fansite.lib.times import now
from fansite.media.models import Face
from fansite.moderation.models import LogLine, Report, Review
from tests.attacks.ground import FORMS, FROM_HERE, NEW_PASSWORD, PICTURE, TELLING, Ground, begun_anew, facts
from tests.cast import PASSWORD
from tests.client import ORIGIN

pytestmark = pytest.mark.once

# Names columns have, here and elsewhere. What a form takes itself is left out for it.
MORE = {
    "role": "owner", "is_admin": "1", "is_owner": "true", "is_staff": "1", "admin": "1", "id": "4711", "account_id": "1", "author_id": "1", "author": "ada",
    "user_id": "1", "entry_id": "2", "comment_id": "1", "subject_id": "2", "subject_kind": "entry", "reporter_id": "1", "decided_by_id": "5", "status": "published",
    "visibility": "members", "kind": "page", "verified": "1", "confirmed": "1", "approved_comments": "99", "refused_comments": "0", "disabled_at": "", "erased_at": "",
    "joined_at": "2001-01-01", "created_at": "2001-01-01 00:00:00", "posted_at": "2001-01-01", "published_at": "2001-01-01", "updated_at": "2001-01-01",
    "username_key": "ada", "likeness": "ada", "email_key": "ada@example.org", "password_hash": "x", "origin": "x", "thread": "7", "path": "1", "root_id": "1", "html": "<b>x</b>",
    "body_html": "<b>x</b>", "renderer": "1", "nonce": "x", "state": "published", "scope": "x", "cover": "1", "group_id": "1", "translation_of_id": "1", "pinned": "1",
    "sent_at": "", "to": "evil@example.org", "slug": "x", "language": "fr", "version": "1", "email": "evil@example.org", "username": "evil", "password": NEW_PASSWORD, "draft": "x",
}  # fmt: skip


def sends(ground: Ground, name: str, more: dict[str, str]) -> Any:
    act = FORMS[name]
    client, token = ground.browser(act.who)
    return client.post(ground.path(act), data=act.fields(**more, csrf_token=token), headers=FROM_HERE)


# What is done already, or leaves nothing in the tables.
SAME_AS_BEFORE = ("sign in", "log out", "end a session", "end all sessions", "send again", "try again")


@pytest.mark.parametrize("name", [name for name in FORMS if name not in TELLING])
def test_what_a_form_does_not_ask_for_is_not_taken(app: Any, database: Any, clock: Any, without_limits: None, name: str) -> None:
    outcomes = []
    for more in ({}, MORE):
        ground = begun_anew(app, database)
        before = facts()
        answer = sends(ground, name, more)
        assert answer.status_code in (200, 303)
        outcomes.append((answer.status_code, facts()))
        assert outcomes[-1][1] != before or name in SAME_AS_BEFORE
    assert outcomes[0][0] == outcomes[1][0]
    for table, rows in outcomes[0][1].items():
        assert outcomes[1][1][table] == rows


# ---- forged ---------------------------------------------------------------------------------------------------------------------

ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ORIGIN.replace("8000", "8001")},
    {"Origin": ORIGIN.replace("http:", "https:")},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Referer": f"{ORIGIN}/"},
    {},
)


# One site and one browser of each for all forms of a test: none of them may change a thing, and each is looked at by itself.


def test_a_form_that_stood_elsewhere_does_nothing(app: Any, ground: Ground, clock: Any, without_limits: None) -> None:
    browser = cache(ground.browser)
    before = facts()
    for name, act in FORMS.items():
        if name == "stop notices":
            continue  # mail programs press it: the key in its address is all it takes (RFC 8058)
        client, token = browser(act.who)
        for headers in ELSEWHERE:
            if act.who is not None and not headers.keys() & {"Origin", "Sec-Fetch-Site"}:
                continue  # the right token, and a browser that does not tell where it read it
            answer = client.post(ground.path(act), data=act.fields(csrf_token=token), headers=headers)
            assert answer.status_code == 403, (name, headers)
        assert facts() == before, name


def test_a_form_without_its_own_token_does_nothing(ground: Ground, clock: Any, without_limits: None) -> None:
    browser, other_token = cache(ground.browser), cache(lambda who: ground.browser(who)[1])
    before = facts()
    for name, act in FORMS.items():
        if act.who:
            client, _own = browser(act.who)
            without_its_token(ground, name, client, [other_token(who) for who in (act.who, "nora")])
            assert facts() == before, name


def without_its_token(ground: Ground, name: str, client: Any, tokens: list[str]) -> None:
    act = FORMS[name]
    for fields in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, *({"csrf_token": token} for token in tokens)):
        for headers in (FROM_HERE, {}, {"Sec-Fetch-Site": "same-origin"}):
            answer = client.post(ground.path(act), data=act.fields(**fields), headers=headers)
            assert answer.status_code in (403, 422), (name, fields, headers)
    for content_type, body in (("text/plain", "csrf_token=x&body=x"), ("application/json", json.dumps(act.data))):
        answer = client.post(ground.path(act), data=body, content_type=content_type, headers=FROM_HERE)
        assert answer.status_code in (403, 422), (name, content_type)


def test_an_address_that_is_only_opened_does_nothing(ground: Ground, clock: Any, without_limits: None) -> None:
    browser = cache(ground.browser)
    before = facts()
    for name, act in FORMS.items():
        client, token = browser(act.who)
        for method in ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND"):
            how = {"query_string": {**act.data, "csrf_token": token, "_method": "POST"}}
            headers = {**FROM_HERE, "X-HTTP-Method-Override": "POST"}
            assert client.open(ground.path(act), method=method, headers=headers, **how).status_code < 500, name
        assert facts() == before, name
        assert act.who is None or client.get("/account/").status_code == 200, name


# ---- at once --------------------------------------------------------------------------------------------------------------------


def all_at_once(app: Any, sends: list[Callable[[], Any]]) -> list[int]:
    def one(send: Callable[[], Any]) -> int:
        with app.app_context():
            return int(send().status_code)

    with ThreadPoolExecutor(len(sends)) as threads:
        codes = list(threads.map(one, sends))
    db.session.rollback()
    return codes


def poster(ground: Ground, who: str | None, path: str, data: dict[str, str]) -> Callable[[], Any]:
    client, token = ground.browser(who)
    return lambda: client.post(path, data={**data, "csrf_token": token}, headers=FROM_HERE)


def count(model: Any, *where: Any) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)))


def test_one_comment_sent_twelve_times_at_once_from_three_browsers_is_one(app: Any, ground: Ground) -> None:
    before = count(Comment)
    path = f"/comments/on/{ground.ids['post']}"
    codes = all_at_once(app, [poster(ground, "milo", path, {"body": "Once only", "nonce": "same"}) for _ in range(12)])
    assert codes == [303] * 12 and count(Comment) == before + 1


def test_a_fans_reports_at_once_are_one(app: Any, ground: Ground, without_limits: None) -> None:
    path = f"/comments/{ground.ids['fays']}/report"
    codes = all_at_once(app, [poster(ground, "nora", path, {"category": "spam", "note": "x"}) for _ in range(8)])
    of_it = (Review.subject_kind == "comment", Review.subject_id == ground.ids["fays"])
    assert codes == [303] * 8 and count(Report) == 1 and count(Review, *of_it) == 1


def test_two_moderators_with_opposite_decisions_at_once_leave_one(app: Any, ground: Ground) -> None:
    path = f"/moderation/reviews/{ground.ids['review']}/decision"
    sends = [
        poster(ground, who, path, {"decision": decision, "version": "1"})
        for who, decision in (("milo", "approve"), ("eli", "reject")) * 4
    ]
    codes = all_at_once(app, sends)
    assert set(codes) == {303, 409} and count(LogLine, LogLine.subject == f"comment:{ground.ids['waiting']}") == 1
    status = db.session.get(Comment, ground.ids["waiting"]).status
    assert status == {"approve": "published", "reject": "rejected"}[db.session.get(Review, ground.ids["review"]).decision]


@pytest.mark.parametrize(
    ("path", "data", "codes"),
    [
        ("/confirm/confirm-key", {}, {303, 410}),
        ("/reset/reset-key", {"password": NEW_PASSWORD}, {303, 410}),
        ("/account/email/email-key", {}, {200, 410}),
    ],
)
def test_a_mailed_link_pressed_by_eight_at_once_works_once(
    app: Any, ground: Ground, path: str, data: dict[str, str], codes: set[int]
) -> None:
    answers = all_at_once(app, [poster(ground, None, path, data) for _ in range(8)])
    assert set(answers) == codes and answers.count(410) == 7


def test_one_name_wanted_by_two_at_once_goes_to_one(app: Any, ground: Ground) -> None:
    sends = [poster(ground, who, "/account/username", {"username": "marmot"}) for who in ("fay", "nora", "milo")]
    assert sorted(all_at_once(app, sends)) == [303, 422, 422]
    assert count(Account, Account.username_key == "marmot") == 1


def test_the_last_two_owners_cannot_both_leave(app: Any, ground: Ground) -> None:
    accounts.set_role(ground.account_ids["eli"], "owner")
    sends = [poster(ground, who, "/account/leave", {"password": PASSWORD}) for who in ("ada", "eli")]
    assert sorted(all_at_once(app, sends)) == [303, 303], "while both are here, each may ask"
    with transaction() as session:
        session.execute(sa.update(Leaving).values(due_at=now()))
    accounts.erase_due()
    assert count(Account, Account.role == "owner") == 1


def test_guesses_at_once_are_counted_each(app: Any, ground: Ground) -> None:
    sends = [poster(ground, None, "/login", {"email": "fay", "password": "wrong"}) for _ in range(14)]
    assert sorted(all_at_once(app, sends)) == [422] * 10 + [429] * 4


def test_the_last_piece_of_one_file_sent_by_twelve_at_once_makes_one_face(app: Any, ground: Ground, without_limits: None) -> None:
    client, token = ground.browser("fay")
    headers = {**FROM_HERE, "Accept": "application/json", "X-CSRFToken": token}
    begun = client.post("/media/uploads?for=face", headers={**headers, "Upload-Length": str(len(PICTURE))})
    piece = {**headers, "Content-Type": "application/partial-upload"}
    client.patch(begun.location, data=PICTURE, headers={**piece, "Upload-Offset": "0"})
    last = {**piece, "Upload-Offset": str(len(PICTURE)), "Upload-Complete": "?1"}
    clients = [ground.browser("fay") for _ in range(12)]
    sends = [
        lambda one=one, token=token: one.patch(begun.location, data=b"", headers={**last, "X-CSRFToken": token})
        for one, token in clients
    ]
    codes = set(all_at_once(app, sends))
    assert 200 in codes and codes <= {200, 409}, "who comes too late is told where the file stands"
    assert count(Face, Face.account_id == ground.account_ids["fay"]) == 1


@pytest.mark.parametrize(
    ("who", "path", "data", "codes"),
    [
        ("ada", "/staff/appearance/publication", {}, [303] + [409] * 11),
        ("fay", "/account/data", {}, [303] + [429] * 11),
        (None, "/contact", FORMS["a letter"].data, [303] * 12),
    ],
)
def test_looks_data_and_letters_asked_for_by_twelve_at_once_are_one(
    app: Any, ground: Ground, without_limits: None, who: str | None, path: str, data: dict[str, str], codes: list[int]
) -> None:
    before = [count(model) for model in (Letter, Parcel)]
    assert sorted(all_at_once(app, [poster(ground, who, path, data) for _ in range(12)])) == codes
    after = [count(model) for model in (Letter, Parcel)]
    assert sum(after) - sum(before) == (0 if who == "ada" else 1)
