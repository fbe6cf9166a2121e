"""`/staff/`: what lies on the desk, the editor and what it sends by itself, tags, and mail."""

from fansite.staff.views import aids, copies, lists, mail, tags, translations, writing
from fansite.staff.views.blueprint import bp

__all__ = ["aids", "bp", "copies", "lists", "mail", "tags", "translations", "writing"]
