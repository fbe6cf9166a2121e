"""The table of settings is what the README says, and refuses what nobody can work with."""

from __future__ import annotations

import pytest

from fansite import settings
from fansite.settings import ROOT, TABLE, WrongSetting, load


def test_every_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    for setting in TABLE:
        default = setting.default.replace(f"{ROOT}/", "") or "(empty)"
        assert f"| `{setting.variable}` | `{default}` | {setting.sentence} |" in readme, setting.variable


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"FANSITE_MAIL_URL": "mailto:"}, "FANSITE_MAIL_URL: expected smtp:// or smtps:// or folder:, got 'mailto:'"),
        ({"FANSITE_BASE_URL": "band.example"}, "FANSITE_BASE_URL: expected http:// or https://"),
        ({"FANSITE_BASE_URL": "https://band.example/site"}, "FANSITE_BASE_URL"),
        ({"FANSITE_BASE_URL": "https://band.example:https"}, "FANSITE_BASE_URL: expected http:// or https://"),
        ({"FANSITE_BASE_URL": "https://band.example:99999"}, "FANSITE_BASE_URL: expected http:// or https://"),
        ({"FANSITE_BASE_URL": "https://ada:odd@band.example"}, "FANSITE_BASE_URL: expected http:// or https://"),
        ({"FANSITE_BASE_URL": "https://band example"}, "FANSITE_BASE_URL: expected http:// or https://"),
        ({"FANSITE_BASE_URL": "https://band.example\n.evil.example"}, "FANSITE_BASE_URL: expected http:// or https://"),
        ({"FANSITE_BASE_URL": "http://[::1"}, "FANSITE_BASE_URL: expected http:// or https://"),
        ({"FANSITE_MAIL_URL": "smtp://"}, "FANSITE_MAIL_URL: expected smtp://user:password@mail.example:587"),
        ({"FANSITE_MAIL_URL": "smtp://mail.example:mail"}, "FANSITE_MAIL_URL: expected smtp://user"),
        ({"FANSITE_MAIL_FROM": "The Band"}, "FANSITE_MAIL_FROM: expected an address like hello@band.example, got 'The Band'"),
        ({"FANSITE_MAIL_FROM": "ada@example.org\nBcc: eve@example.org"}, "FANSITE_MAIL_FROM: expected an address"),
        ({"FANSITE_SECURITY_CONTACT": "security@band.example"}, "FANSITE_SECURITY_CONTACT: expected mailto:"),
        ({"FANSITE_SECURITY_CONTACT": "https://band.example/a\nContact: mailto:eve@example.org"}, "FANSITE_SECURITY_CONTACT"),
        ({"FANSITE_DATABASE_URL": "sqlite:///elsewhere.db"}, "FANSITE_DATABASE_URL: expected sqlite: or postgresql://"),
        ({"FANSITE_SEARCH_URL": "whoosh:elsewhere"}, "FANSITE_SEARCH_URL: expected whoosh:, sqlite: or postgres:"),
        (
            {"FANSITE_SEARCH_URL": "sqlite:", "FANSITE_DATABASE_URL": "postgresql://band.example/site"},
            "FANSITE_SEARCH_URL: sqlite: keeps the index in the site's own database, and for that of FANSITE_DATABASE_URL it is postgres:",
        ),
        (
            {"FANSITE_SEARCH_URL": "postgres:"},
            "FANSITE_SEARCH_URL: postgres: keeps the index in the site's own database, and for that of FANSITE_DATABASE_URL it is sqlite:",
        ),
        ({"FANSITE_LIMITS": "off", "FANSITE_BASE_URL": "https://band.example"}, "FANSITE_LIMITS: off is only for a loopback"),
        ({"FANSITE_LIMITS": "maybe"}, "FANSITE_LIMITS: expected on or off"),
        ({"FANSITE_TIMEZONE": "Mars/Base"}, "FANSITE_TIMEZONE: expected a time zone like Europe/Paris"),
        ({"FANSITE_LANGUAGES": "fr"}, "FANSITE_LANGUAGES: en, the site's language, is missing"),
        ({"FANSITE_LANGUAGE": "de"}, "FANSITE_LANGUAGE: expected one of en, fr"),
        ({"FANSITE_TRUSTED_PROXIES": "-1"}, "FANSITE_TRUSTED_PROXIES: expected a whole number"),
        ({"FANSITE_TRUSTED_PROXIES": "²"}, "FANSITE_TRUSTED_PROXIES: expected a whole number"),
        ({"FANSITE_SECRET_KEY": "short"}, "FANSITE_SECRET_KEY: expected at least 32 characters, got a value that is not shown"),
        ({"FANSITE_SITE_NAME_FILE": "/nowhere/at/all"}, "FANSITE_SITE_NAME_FILE: cannot read"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line(environment, words):
    with pytest.raises(WrongSetting) as refused:
        load(environment)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("FANSITE_MAIL_URL", "pop3://ada:hunter22@mail.example"),
        ("FANSITE_MAIL_URL", "smtp://ada:hunter22"),
        ("FANSITE_MAIL_URL", "smtp://ada:#hunter22@mail.example"),
        ("FANSITE_DATABASE_URL", "postgres://ada:hunter22"),
    ],
)
def test_a_password_is_never_repeated(variable, url):
    with pytest.raises(WrongSetting) as refused:
        load({variable: url})
    assert "hunter22" not in str(refused.value)


def test_the_base_address_is_written_as_browsers_write_it():
    assert load({"FANSITE_BASE_URL": " HTTPS://Band.Example:443/ "}).base_url == "https://band.example"
    assert load({"FANSITE_BASE_URL": "http://band.example:443"}).base_url == "http://band.example:443"
    assert load({"FANSITE_BASE_URL": "http://[::1]:80/"}).base_url == "http://[::1]"


def test_a_value_may_stand_in_a_file(tmp_path):
    (tmp_path / "name").write_text("The Band\n")
    assert load({"FANSITE_SITE_NAME_FILE": str(tmp_path / "name")}).site_name == "The Band"
    with pytest.raises(WrongSetting, match="keep one of them"):
        load({"FANSITE_SITE_NAME": "Other", "FANSITE_SITE_NAME_FILE": str(tmp_path / "name")})


def test_misspelt_variables_are_named():
    assert settings.unknown({"FANSITE_BASEURL": "x", "FANSITE_BASE_URL_FILE": "y", "PATH": "z"}) == ["FANSITE_BASEURL"]


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:9", True),
        ("https://127.0.0.1.evil.example", False),
    ],
)
def test_only_the_loopback_is_loopback(url, loopback):
    assert load({"FANSITE_BASE_URL": url}).loopback is loopback
