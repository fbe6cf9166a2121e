"""What a browser may send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField

from fansite.core.notices import Kind
from fansite.core.web import Form
from fansite.notifications.channels import Channel


def box_name(kind: str, channel: str) -> str:
    return f"{channel}-{kind}".replace(".", "_")


def choice_form(choosable: Sequence[tuple[Kind, Sequence[Channel]]], **given: Any) -> Form:
    """A box for each kind and each way of telling; `given` says which are ticked, without it the browser does."""
    boxes = {
        box_name(kind.name, channel.name): BooleanField(kind.label, description=kind.hint)
        for kind, channels in choosable
        for channel in channels
    }
    made = type("ChoiceForm", (Form,), boxes)
    return made(formdata=None, data=given) if given else made()  # type: ignore[no-any-return]
