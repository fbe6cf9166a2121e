"""The plumbing of a request: language, addresses, pages and their tags, guards, error pages."""

from fansite.core.web.files import sent_file, takes_file
from fansite.core.web.forms import Form, NumberField, clean
from fansite.core.web.pages import (
    Crumb,
    Page,
    Pages,
    conditional,
    json_ld,
    made_each_time,
    page_number,
    private,
    render_page,
    shown_on,
)
from fansite.core.web.paths import cacheable, entry_path, path_for, public_url, safe_next, static_path, unlocalized

__all__ = [
    "Crumb",
    "Form",
    "NumberField",
    "Page",
    "Pages",
    "cacheable",
    "clean",
    "conditional",
    "entry_path",
    "json_ld",
    "made_each_time",
    "page_number",
    "path_for",
    "private",
    "public_url",
    "render_page",
    "safe_next",
    "sent_file",
    "shown_on",
    "static_path",
    "takes_file",
    "unlocalized",
]
