"""Where all addresses of fans hang on, and what their pages share."""

from __future__ import annotations

from flask import Blueprint, current_app

from fansite.core.web import path_for

bp = Blueprint("fans", __name__)


def versions(endpoint: str, page: int, **values: str) -> list[tuple[str, str]]:
    """What people say is not translated; the page around it is there in all languages."""
    number = page if page > 1 else None
    languages = current_app.extensions["fansite"].settings.languages
    return [(language, path_for(endpoint, language, page=number, **values)) for language in languages]
