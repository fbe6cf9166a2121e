"""Comments as search engines read them: schema.org nodes, nested as the thread is; only what everyone may read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import current_app

from fansite.core import markup
from fansite.core.web import public_url
from fansite.lib.times import w3c


def nodes_of(shown: Sequence[Any]) -> list[dict[str, Any]]:
    parts = current_app.extensions["fansite"].parts
    roots: list[dict[str, Any]] = []
    above: list[tuple[int, list[dict[str, Any]]]] = []
    for comment in shown:
        if comment.waiting:
            continue
        node = dict(parts.of(("node", comment), partial(_node, comment)))
        while above and above[-1][0] >= comment.depth:
            above.pop()
        (above[-1][1] if above else roots).append(node)
        above.append((comment.depth, node.setdefault("comment", [])))
    _drop_empty(roots)
    return roots


def _node(comment: Any) -> dict[str, Any]:
    author: dict[str, Any] = {"@type": "Person", "name": comment.author_name or "[deleted]"}
    if comment.author_url:
        author["url"] = public_url(comment.author_url)
    node = {"@type": "Comment", "url": public_url(comment.stands_at), "author": author, "datePublished": w3c(comment.posted_at)}
    if comment.placeholder:
        return {**node, "author": {"@type": "Person", "name": "[deleted]"}, "text": "[deleted]", "creativeWorkStatus": "Deleted"}
    if comment.edited_at:
        node["dateModified"] = w3c(comment.edited_at)
    return {**node, "text": markup.plain(str(comment.html))}


def _drop_empty(nodes: list[dict[str, Any]]) -> None:
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node["comment"]:
            waiting.extend(node["comment"])
        else:
            del node["comment"]
