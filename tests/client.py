"""A test browser that reads every page it fetches: what no page may get wrong is checked on each of them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urldefrag

from flask import Flask
from lxml import html as lxml_html
from markupever import HtmlOptions, Parser

ORIGIN = "http://127.0.0.1:8000"


class Visitor:
    """Follows the site as a browser without scripts does: forms are read from the page and posted with all their fields."""

    def __init__(self, app: Flask, account: Any = None, *, language: str = "en") -> None:
        self.app = app
        self.client = app.test_client()
        self.language = language
        self.address = "/"
        self.response: Any = None
        if account is not None:
            self.sign_in(account)

    def sign_in(self, account: Any) -> None:
        """Signs in without the form: a row and its cookie."""
        from fansite.accounts import operations
        from fansite.accounts.sessions import COOKIE

        token = operations.open_session(account.id, agent="test")
        self.client.set_cookie(COOKIE, token)

    def get(self, path: str, *, status: int = 200, follow: bool = False, **kwargs: Any) -> Any:
        return self._send("GET", path, status=status, follow=follow, **kwargs)

    def post(self, path: str, data: Any = None, *, status: int = 303, follow: bool = False, **kwargs: Any) -> Any:
        headers = {"Origin": ORIGIN, **kwargs.pop("headers", {})}
        return self._send("POST", path, data=data, status=status, follow=follow, headers=headers, **kwargs)

    def submit(
        self,
        name: str,
        values: dict[str, Any] | None = None,
        *,
        status: int = 303,
        nth: int = 0,
        follow: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Fills the form `data-form="name"` of the current page and sends it."""
        forms = self.page.xpath(f'//form[@data-form="{name}"]')
        assert len(forms) > nth, f"no form {name} on {self.address}: {[f.get('data-form') for f in self.page.xpath('//form')]}"
        form = forms[nth]
        data = fields_of(form)
        data.update(values or {})
        path = form.get("action") or self.address
        if (form.get("method") or "get").lower() == "get":
            return self.get(path, query_string=data, status=status, follow=follow)
        return self.post(path, data, status=status, follow=follow, **kwargs)

    def _send(
        self, method: str, path: str, *, status: int, follow: bool, headers: dict[str, str] | None = None, **kwargs: Any
    ) -> Any:
        path, _fragment = urldefrag(path)
        headers = {"Accept-Language": self.language, "Accept": "text/html", **(headers or {})}
        response = self.client.open(path, method=method, headers=headers, **kwargs)
        assert response.status_code == status, (
            f"{method} {path}: {response.status_code}, expected {status}\n{response.get_data(as_text=True)[:1500]}"
        )
        self.response, self.address = response, path
        if follow:
            while response.status_code in (301, 302, 303):
                self.address = urldefrag(response.headers["Location"])[0]
                response = self.client.get(self.address, headers={"Accept-Language": self.language})
            self.response = response
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 304):
            check_page(response.get_data(as_text=True), self.address)
        return self.response

    @property
    def page(self) -> Any:
        return lxml_html.fromstring(self.response.get_data())

    @property
    def text(self) -> str:
        return " ".join(self.page.text_content().split())

    @property
    def location(self) -> str:
        return str(self.response.headers["Location"])


def fields_of(form: Any) -> dict[str, Any]:
    """What a browser would send: the values as they stand, buttons left out."""
    data: dict[str, Any] = {}
    for field in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        kind = (field.get("type") or "").lower()
        if kind in ("submit", "button", "image", "file") or (kind in ("checkbox", "radio") and field.get("checked") is None):
            continue
        if field.tag == "textarea":
            text = field.text_content()
            data[field.get("name")] = text.removeprefix("\n")
        elif field.tag == "select":
            chosen = field.xpath("./option[@selected]") or field.xpath("./option")
            data[field.get("name")] = chosen[0].get("value", chosen[0].text) if chosen else ""
        else:
            data[field.get("name")] = field.get("value", "on" if kind in ("checkbox", "radio") else "")
    return data


def check_page(text: str, address: str) -> None:
    """Valid HTML, one h1 and main, a title, unique ids, labelled fields, nothing inline, nothing from elsewhere."""
    problems = html_problems(text)
    assert not problems, f"{address}: invalid HTML {problems[:3]}"
    page = lxml_html.document_fromstring(text)
    assert len(page.xpath("//h1")) == 1, f"{address}: {len(page.xpath('//h1'))} h1"
    assert len(page.xpath("//main")) == 1, f"{address}: main"
    assert (page.findtext(".//title") or "").strip(), f"{address}: no title"
    assert page.get("lang"), f"{address}: no language"
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), f"{address}: ids twice {sorted({i for i in ids if ids.count(i) > 1})}"
    assert not page.xpath("//@style"), f"{address}: inline style"
    assert not page.xpath('//script[not(@src) and not(@type="application/ld+json")]'), f"{address}: inline script"
    assert not page.xpath("//@*[starts-with(name(), 'on')]"), f"{address}: inline handler"
    named = set(page.xpath("//label/@for"))
    for field in page.xpath('//input[not(@type="hidden") and not(@type="submit")] | //textarea | //select'):
        labelled = (
            field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in named or field.xpath("ancestor::label")
        )
        assert labelled, f"{address}: field {field.get('name')} has no label"
    for source in page.xpath("//script/@src | //img/@src | //link[@rel='stylesheet']/@href"):
        assert not re.match(r"(https?:)?//", source), f"{address}: {source} comes from elsewhere"
    for name in page.xpath("//@href"):
        assert not name.strip().lower().startswith(("javascript:", "data:")), f"{address}: {name}"


def html_problems(text: str) -> list[str]:
    """What is wrong with a page's HTML, by the parser of a browser."""
    parser = Parser(HtmlOptions(exact_errors=True)).process(text).finish()
    return list(parser.errors())
