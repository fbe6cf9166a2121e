"""Templates in one language, each with its parts inside it.

Where a template says `_("Reply")`, the words of that language are compiled into it, once, instead of being looked up for each comment of
each page; what is known only when a page is made (`ngettext`, a name that holds words) is looked up then. Where it includes another by
its name, that one's body is compiled in its place: a part costs what its lines cost, and no more for being a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import FunctionType, MethodType
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from fansite.core.web.compiled import CompiledTemplates
from fansite.core.web.language import words_in

GETTEXT = ("_", "gettext")
PLAIN = (FunctionType, MethodType)
# The second line of what a template is compiled to.
IN_PIECES = f"from {__name__} import piece as escape"
SPECIAL = re.compile("[&<>\"']").search
# `%(name)s`, and `%%` for a percent sign.
PLACES = re.compile(r"%\((\w+)\)s|%%")


def piece(value: Any) -> str:
    """As it stands on a page. Pieces are only joined, so that most need not become Markup first."""
    kind = type(value)
    if kind is str:
        return value if SPECIAL(value) is None else str(escape(value))
    if kind is Markup or kind is int:
        return str(value)
    return str(escape(value))


class SpokenContext(Context):
    @internalcode
    def call(self, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A function or method that wants to know nothing of the context is called, and a macro as it wants it; all else is Jinja's."""
        kind = type(obj)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in PLAIN or hasattr(obj, "jinja_pass_arg"):
            return super().call(obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return obj(*args, **kwargs)


class SpokenTemplate(Template):
    def _get_default_module(self, ctx: Any = None) -> Any:
        """What a template of macros offers: the same for all who import it, since all globals are the environment's."""
        if self._module is None:
            self._module = self.make_module()
        return self._module


class SpokenEnvironment(Environment):
    """`words` are the translations that are compiled in; None in the one all others are made of."""

    words: Any = None
    template_class = SpokenTemplate
    context_class = SpokenContext

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False) -> str:
        if self.words is not None:
            source = Speaker(self).visit(source)
        code = super()._generate(source, name, filename, defer_init)
        return code.replace("\n", f"\n{IN_PIECES}\n", 1) if self.words is not None else code


def environment_in(app: Flask, language: str) -> Any:
    """The templates in a language. Each process loads what it needs of them, or compiles it."""
    known: dict[str, Any] = app.extensions["fansite"].spoken
    if language not in known:
        made: Any = app.jinja_env.overlay()
        made.words = words_in(language)
        made.bytecode_cache = CompiledTemplates(language)
        known[language] = made
    return known[language]


class Speaker(NodeTransformer):
    def __init__(self, environment: SpokenEnvironment) -> None:
        self.environment = environment

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        """Words with places in them stand there as pieces, between what fills them."""
        pieces: list[nodes.Expr] = []
        for part in node.nodes:
            filled = self._filled(part)
            pieces += filled if filled is not None else [self.visit(part)]
        node.nodes = pieces
        return node

    def visit_Include(self, node: nodes.Include) -> nodes.Node:
        """What it sets is its own, as in a file of its own; what stands around it, it sees."""
        if not isinstance(node.template, nodes.Const) or not node.with_context or node.ignore_missing:
            return self.generic_visit(node)
        environment, name = self.environment, node.template.value
        assert environment.loader is not None
        source, filename, _uptodate = environment.loader.get_source(environment, name)
        part = environment._parse(source, name, filename)
        if next(part.find_all((nodes.Extends, nodes.Block)), None) is not None:
            return self.generic_visit(node)
        return nodes.Scope([self.visit(inner) for inner in part.body], lineno=node.lineno)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        words = self._words(node)
        if words is not None and not node.kwargs and not PLACES.search(words.replace("%%", "")):
            return nodes.Const(Markup(words.replace("%%", "%")), lineno=node.lineno)
        return self.generic_visit(node)

    def _words(self, node: nodes.Node) -> str | None:
        """The translation, when all there is to know for it is known."""
        plain = (
            isinstance(node, nodes.Call)
            and isinstance(node.node, nodes.Name)
            and node.node.name in GETTEXT
            and len(node.args) == 1
            and isinstance(node.args[0], nodes.Const)
            and not (node.dyn_args or node.dyn_kwargs)
        )
        return str(self.environment.words.ugettext(node.args[0].value)) if plain else None  # type: ignore[attr-defined]

    def _filled(self, node: nodes.Node) -> list[nodes.Expr] | None:
        words = self._words(node)
        if words is None:
            return None
        values = {pair.key: pair.value for pair in node.kwargs}  # type: ignore[attr-defined]
        if not {match[1] for match in PLACES.finditer(words) if match[1]} <= set(values):
            return None
        return list(self._pieces(words, values, node.lineno))

    def _pieces(self, words: str, values: dict[str, nodes.Expr], lineno: int) -> Iterator[nodes.Expr]:
        end = 0
        for match in PLACES.finditer(words):
            yield nodes.TemplateData(words[end : match.start()], lineno=lineno)
            yield self.visit(values[match[1]]) if match[1] else nodes.TemplateData("%", lineno=lineno)
            end = match.end()
        yield nodes.TemplateData(words[end:], lineno=lineno)
