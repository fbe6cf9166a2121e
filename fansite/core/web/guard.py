"""Who may send what: origins, tokens, sizes, and the headers every answer carries."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup, escape

from fansite.core.web.pages import NO_STORE, Page, private
from fansite.settings import Settings

MAX_FIELDS = 200
UNKEPT = ("csrf_token", "password", "new_password")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
# POSTed by mail programs (RFC 8058) and other machines, which have neither cookie nor origin; each view lists why it is safe.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"

LOOPBACK = ("127.0.0.1", "localhost", "::1")

csrf = CSRFProtect()


def open_guard(app: Flask, settings: Settings) -> None:
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    csrf.init_app(app)

    @app.before_request
    def check() -> Any:
        if request.method in SAFE or request.endpoint is None:
            return None
        if getattr(app.view_functions[request.endpoint], "from_anywhere", False):
            return check_form()
        # Nobody else's file is even read, and what is no file is read into memory whole.
        if request.mimetype == "multipart/form-data" and (g.get("person") is not None or _was_here()):
            request.max_content_length = getattr(app.view_functions[request.endpoint], "most_bytes", None)
            request.passes_over_files = g.get("person") is None  # type: ignore[attr-defined]
        check_origin(settings)
        check_form()
        return check_token()

    always = [(name.lower(), name, value) for name, value in (*headers_of_all(settings), ("Cache-Control", NO_STORE))]

    @app.after_request
    def cover(response: Response) -> Response:
        headers = response.headers
        told = {name.lower(): value for name, value in headers}
        for key, name, value in always:
            if key not in told:
                headers.add(name, value)
        if told.get("cache-control", NO_STORE).startswith("private"):
            headers["Vary"] = "Accept-Encoding, Cookie"
        return response


def _was_here() -> bool:
    """Somebody with a cookie that opens nothing any more: their session ended while they were writing."""
    return g.get("session_cookie") == ""


def headers_of_all(settings: Settings) -> list[tuple[str, str]]:
    """What every answer carries."""
    return [*HEADERS.items(), *([("Strict-Transport-Security", STRICT_TRANSPORT)] if settings.https else [])]


def check_origin(settings: Settings) -> None:
    """Strangers' pages are shared and carry no token: where the browser says the form stood must be us. A false origin is refused for all."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if origin is not None and not same_origin(origin, settings):
        abort(403)
    if site is not None and site not in ("same-origin", "none"):
        abort(403)
    if origin is None and site is None and g.get("person") is None:
        abort(403)


def same_origin(origin: str, settings: Settings) -> bool:
    """Scheme, host and port to the letter. On a loopback site every spelling of the loopback with its port is the site."""
    usual = 443 if settings.https else 80
    if origin in (settings.base_url, settings.base_url.removesuffix(f":{usual}")):  # browsers leave out the port everybody knows
        return True
    try:
        ours, theirs = urlsplit(settings.base_url), urlsplit(origin)
        same_port = (ours.port or usual) == (theirs.port or usual)
    except ValueError:
        return False
    return settings.loopback and theirs.scheme == ours.scheme and same_port and theirs.hostname in LOOPBACK


def check_form() -> None:
    if None in request.form:  # a part without a name
        abort(400)
    if len(request.form) > MAX_FIELDS or sum(len(values) for _name, values in request.form.lists()) > MAX_FIELDS:
        abort(413)


def check_token() -> Response | None:
    """Signed in: the token of the session row. An old page of ours gets everything typed back, with a button to send it again."""
    if g.get("person") is None:
        return None
    try:
        csrf.protect()
    except CSRFError:
        if request.headers.get("Origin") is None and request.headers.get("Sec-Fetch-Site") is None:
            abort(403)
        return send_again()
    return None


def send_again(title: Any = None, *, sign_in: str = "") -> Response:
    """Nothing typed is lost to an expired token or session: the page holds all of it, and a button sends it again. `sign_in` is
    where to go first, in another window."""
    page = Page(title=str(title or _l("This page was open for a long time")), noindex=True)
    body = render_template(
        "errors/send_again.html",
        page=page,
        language_switch=[],
        fields=typed_fields(),
        action=request.script_root + request.full_path.rstrip("?"),
        sign_in=sign_in,
        files=any(file.filename for _name, file in request.files.items(multi=True)),
    )
    return private(Response(body, 422))


def typed_fields() -> list[tuple[str, str]]:
    """What came with a form, secrets left out."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in UNKEPT]


def csrf_field() -> Markup:
    """The hidden field of a signed-in form; empty for strangers, whose pages are shared."""
    if g.get("person") is None:
        return Markup("")
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(escape(generate_csrf()))
