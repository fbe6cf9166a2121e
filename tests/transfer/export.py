"""Small WordPress exports for tests, put together from what a test is about."""

from __future__ import annotations

from pathlib import Path

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Blog</title><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://a.example</wp:base_blog_url>
"""
TAIL = "</channel></rss>\n"


def wrapped(*items: str, head: str = HEAD, tail: str = TAIL) -> str:
    """The first item stands on line 4."""
    return head + "\n".join(items) + tail


def item(inner: str = "", *, number: int = 1) -> str:
    return f"<item><wp:post_id>{number}</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>{inner}</item>"


def save(folder: Path, content: str | bytes, name: str = "export.xml") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
