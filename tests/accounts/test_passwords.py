from __future__ import annotations

import gzip
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from fansite.accounts import passwords
from fansite.accounts.passwords import hash_password, outdated, require_strong, verify_password
from fansite.core.errors import Refused

ABOUT = ("nora@example.org", "marmot-nora", "The Paper Marmots")


def test_a_hash_is_argon2id_with_the_numbers_of_owasp() -> None:
    assert hash_password("three odd words").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_is_compared_exactly() -> None:
    made = hash_password(" Trois mots, étranges ")
    assert verify_password(made, " Trois mots, étranges ")
    assert verify_password(made, " Trois mots, e\u0301tranges ")  # the same letters from another keyboard
    for other in ("Trois mots, étranges", " trois mots, étranges ", " Trois mots, étranges \x07", " Trois mots, etranges "):
        assert not verify_password(made, other)


@pytest.mark.parametrize("known", [None, "", "not a hash", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"])
def test_nobody_has_no_password(known: str | None) -> None:
    assert not verify_password(known, "three odd words")


def test_asking_for_nobody_hashes_as_much_as_asking_for_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = passwords._hasher.verify

    class Counting:
        memory_cost, time_cost, parallelism = 19456, 2, 1

        def verify(self, known: str, password: bytes) -> bool:
            seen.append(known.rsplit("$", 2)[0])
            return real(known, password)

    made = hash_password("three odd words")
    monkeypatch.setattr(passwords, "_hasher", Counting())
    verify_password(made, "wrong")
    verify_password(None, "wrong")
    verify_password(made, "x" * 100_000)
    assert seen == ["$argon2id$v=19$m=19456,t=2,p=1"] * 3


def test_at_most_two_are_hashed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = [0], [0], threading.Lock()

    class Watching:
        def hash(self, _password: bytes) -> str:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.01)
            with lock:
                running[0] -= 1
            return "$"

    monkeypatch.setattr(passwords, "_hasher", Watching())
    threads = [threading.Thread(target=hash_password, args=("three odd words",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]


def test_a_hash_with_other_numbers_is_outdated() -> None:
    from argon2 import PasswordHasher

    assert outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("three odd words"))
    assert not outdated(hash_password("three odd words"))


@pytest.mark.parametrize(
    "password",
    [
        "three odd words",
        "ukulele-volcano",
        "日本語のパスワード",
        "🪗 🏔 🦫 🪕 🎻 🥁 🎺 🎸",
        "three odd words beat one clever one " * 3,
        "a" + " " * 6 + "bqz",
    ],
)
def test_what_is_hard_to_guess_is_taken(app: Any, password: str) -> None:
    require_strong(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "1234567",
        "password",
        "PASSWORD",
        "azertyuiop",
        "choupette",
        "Choupette31",
        "marmot-nora",
        "nora@example.org",
        "12345678",
        "aaaaaaaaaaaa",
        "x" * 129,
    ],
)
def test_what_is_easy_to_guess_is_refused(app: Any, password: str) -> None:
    with pytest.raises(Refused) as refused:
        require_strong(password, about=ABOUT, field="new_password")
    assert refused.value.field == "new_password"
    assert str(refused.value.text)


def test_128_characters_are_taken_and_129_are_not(app: Any) -> None:
    long = "three odd words beat one clever one; " * 4
    require_strong(long[:128])
    with pytest.raises(Refused):
        require_strong(long[:129])


@pytest.mark.parametrize(
    "password", ["4@8({[<369!1|70$5+%2" * 4, "a@4$5s69gl17!" * 9, "1!|7+$5" * 18, "qwertyuiop" * 12, "(" * 128]
)
def test_no_password_takes_long_to_measure(app: Any, password: str) -> None:
    started = time.thread_time()
    passwords._score(password[:128], ABOUT)
    assert time.thread_time() - started < 0.5


@pytest.mark.shared
@pytest.mark.parametrize("name", ["common-passwords-django.txt.gz", "common-passwords-fr-top5000.txt"])
def test_the_common_ones_of_both_languages_are_refused(app: Any, shared: Path, name: str) -> None:
    path = shared / "data" / "lists" / name
    raw = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    words = [word for word in raw.decode().split("\n")[:3000] if len(word.strip()) >= 8]
    taken = []
    for word in words:
        try:
            require_strong(word.strip())
            taken.append(word)
        except Refused:
            continue
    assert taken == []
