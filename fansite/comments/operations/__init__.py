"""What can happen to a comment: one verb, one transaction. Views, moderation and tests find all of it here."""

from fansite.comments.operations.deciding import approve, hide, restore, touch_again
from fansite.comments.operations.drafting import find_draft, keep_draft, post_draft, sweep_drafts
from fansite.comments.operations.naming import lead_anew
from fansite.comments.operations.reacting import react_to_comment, react_to_entry
from fansite.comments.operations.renewing import render_links_of, render_older
from fansite.comments.operations.writing import NOT_TO_STARTER, edit, parent_is_gone, post, post_at, resend, withdraw

__all__ = [
    "NOT_TO_STARTER",
    "approve",
    "edit",
    "find_draft",
    "hide",
    "keep_draft",
    "lead_anew",
    "parent_is_gone",
    "post",
    "post_at",
    "post_draft",
    "react_to_comment",
    "react_to_entry",
    "render_links_of",
    "render_older",
    "resend",
    "restore",
    "sweep_drafts",
    "touch_again",
    "withdraw",
]
