"""Words of one comment in another: what the box begins with when somebody is quoted."""

from __future__ import annotations

import re

# Enough to know what is answered; the rest is one press away.
MOST = 600
# The line over a quote that says whose words they are, and leads to them.
_CREDIT = re.compile(r"^> \[((?:\\.|[^\[\]\\\n])*)\]\(/comments/\d+\)$", re.MULTILINE)
_SIGNS = re.compile(r"([\\`*_\[\]~<])")


def quoted(name: str, address: str, body: str) -> str:
    """A comment as a quote in Markdown, with room below. What it quotes itself is left out."""
    own = "\n".join(line for line in body.split("\n") if not line.lstrip().startswith(">"))
    credit = _SIGNS.sub(r"\\\1", name)
    lines = [f"[{credit}]({address})", *_beginning(own).split("\n")]
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


def without_our_links(body: str) -> str:
    """A text without the links over its quotes, which are none of its author's; what stands in them anybody may have written."""
    return _CREDIT.sub(r"> \1", body)


def unnamed(body: str, comment_id: int) -> str:
    """A text without the name of who wrote the comment it quotes: they are nobody any more."""

    def nobodys(found: re.Match[str]) -> str:
        return rf"> [\[deleted\]](/comments/{comment_id})" if found[0].endswith(f"(/comments/{comment_id})") else found[0]

    return _CREDIT.sub(nobodys, body)


def _beginning(text: str) -> str:
    """As many whole paragraphs as fit; of one that is longer, whole words."""
    text = re.sub(r"\n\s*\n\s*", "\n\n", text.strip())
    if len(text) <= MOST:
        return text
    end = text.rfind("\n\n", 0, MOST + 1)
    return text[:end] if end > 0 else (text[:MOST].rpartition(" ")[0] or text[:MOST]) + " …"
