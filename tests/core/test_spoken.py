"""Templates with a language compiled into them say what the others say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import g
from jinja2 import DictLoader, TemplateNotFound, UndefinedError
from markupsafe import Markup

from fansite.core.web.spoken import environment_in
from tests.conftest import ROOT
from tests.texts import many_comments, news_post

PARTS = {
    "part.html": '{% from "macros.html" import loud %}{% set name = "part" %}<i>{{ loud(word) }} {{ _("Reply") }}</i>',
    "macros.html": '{% macro loud(text) %}{{ text|upper }}{{ _("Reply") }}{% endmacro %}',
    "framed.html": '{% block inner %}{{ _("Reply") }} {{ word }}{% endblock %}',
}
WORD = "<b>\"you\" & 'me'</b>"
TEMPLATES = [
    '{{ _("Reply") }}',
    '{{ _("No such words") }}',
    '{{ _("Reply to %(name)s", name=word) }}',
    '{{ _("Reply to %(name)s", name=word|upper) }}{{ _("Reply to %(name)s", name=_("Reply")) }}',
    '{{ _("Reply") if word else _("News") }}{{ {"a": _("Reply")}["a"] }}{{ _("Reply") == "Reply" }}',
    '{% set said = _("Reply") %}{{ said }}{{ said ~ word }}{{ "%s" % said }}',
    '<a title="{{ _("Reply to %(name)s", name=word) }}">{{ word }}{{ safe }}{{ 3 }}{{ none }}{{ 1.5 }}{{ word|safe }}</a>',
    '{{ ngettext("%(num)s more reply", "%(num)s more replies", 2) }}{{ gettext("Reply") }}',
    "{% trans %}Reply{% endtrans %}{% trans name=word %}Reply to {{ name }}{% endtrans %}",
    '{{ _("100%% ours, %(name)s", name=word) }}{{ _("100%% ours") }}',
    '{% for word in ["a", "b"] %}{% include "part.html" %}{% endfor %}{{ word }}{{ name is defined }}',
    '{% include "framed.html" %}{% include "nowhere.html" ignore missing %}{% include which %}',
    '{% from "macros.html" import loud %}{{ loud(word) }}{{ [word, "x"]|join(", ") }}{{ shown(word, word=2) }}',
    "{% for n in range(3) %}{{ loop.index }}{{ shown(n, word=word) }}{% endfor %}",
]


@pytest.fixture
def both(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`both(template, language)`: as Jinja and as the spoken environment render it."""
    monkeypatch.setitem(app.jinja_env.globals, "shown", lambda value, word="": f"<{value}{word}>")

    def render(template: str, language: str) -> tuple[str, str]:
        loader = DictLoader({**PARTS, "page.html": template})
        context = {"word": WORD, "safe": Markup("<hr>"), "which": "part.html"}
        with app.test_request_context("/" if language == "en" else f"/{language}/"):
            g.language = language
            spoken = environment_in(app, language).overlay()
            plain = app.jinja_env.overlay()
            spoken.loader = plain.loader = loader
            return plain.get_template("page.html").render(context), spoken.get_template("page.html").render(context)

    return render


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_it_says_the_same(both, template, language):
    plain, spoken = both(template, language)
    assert plain == spoken
    assert plain


def test_it_is_in_its_language_without_asking(app, both):
    plain, spoken = both('{{ _("Reply") }}', "fr")
    assert spoken == plain == "Répondre"
    with app.test_request_context("/"):
        g.language = "fr"
        french = environment_in(app, "fr").overlay()
        french.loader = DictLoader({"page.html": '{{ _("Reply") }}'})
        page = french.get_template("page.html")
    with app.test_request_context("/"):
        g.language = "en"
        assert page.render() == "Répondre"


@pytest.mark.parametrize("template", ["{{ nobody }}", "{{ word.nothing }}", '{{ _("Reply to %(name)s", name=nobody) }}'])
def test_what_nobody_named_is_still_an_error(both, template):
    with pytest.raises(UndefinedError):
        both(template, "en")


def test_a_part_that_is_missing_is_still_an_error(both):
    with pytest.raises(TemplateNotFound):
        both('{% include "nowhere.html" %}', "en")


def test_a_page_is_rendered_from_one_template_with_its_parts_inside(app, cast, stranger):
    post = news_post(cast.eli)
    many_comments(post.id, cast.fay.id, 3)
    stranger.get("/news/lisbon")
    assert len(stranger.page.xpath('//article[@class="comment"]')) == 3
    loaded = {Path(str(key[1])).name for key in environment_in(app, "en").cache}
    assert "show.html" in loaded and "_section.html" not in loaded


@pytest.mark.once
def test_every_template_of_a_page_compiles_in_every_language(app):
    for language in ("en", "fr"):
        with app.test_request_context("/" if language == "en" else "/fr/"):
            g.language = language
            spoken = environment_in(app, language)
            for path in sorted((ROOT / "templates").rglob("*.html")):
                name = str(path.relative_to(ROOT / "templates"))
                compile(spoken.compile(path.read_text(), name, raw=True), name, "exec")
            comment = spoken.compile((ROOT / "templates/comments/_comment.html").read_text(), raw=True)
            assert ("Signaler" in comment, "Report" in comment) == ((True, False) if language == "fr" else (False, True))
