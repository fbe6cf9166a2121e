"""A news post."""

from __future__ import annotations

from fansite.core.content import Entry, Written


class NewsPost(Written, Entry):
    __tablename__ = "news_post"
    __mapper_args__ = {"polymorphic_identity": "news"}
