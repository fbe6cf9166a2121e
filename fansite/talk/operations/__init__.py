"""What can happen to a discussion: one verb, one transaction. Views, moderation and tests find all of it here."""

from fansite.talk.operations.deciding import approve, hide, restore, touch_again
from fansite.talk.operations.drafting import find_draft, keep_draft, post_draft, sweep_drafts
from fansite.talk.operations.fitting import Words, fit, text_in
from fansite.talk.operations.keeping import move_tags, pin, set_open, solve
from fansite.talk.operations.writing import resend, revise, start, withdraw, write_anew

__all__ = [
    "Words",
    "approve",
    "find_draft",
    "fit",
    "hide",
    "keep_draft",
    "move_tags",
    "pin",
    "post_draft",
    "resend",
    "restore",
    "revise",
    "set_open",
    "solve",
    "start",
    "sweep_drafts",
    "text_in",
    "touch_again",
    "withdraw",
    "write_anew",
]
