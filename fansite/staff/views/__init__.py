"""`/staff/`: what lies on the desk, the editor and what it sends by itself, tags, and mail."""

from fansite.staff.views import copies, lists, mail, tags, writing
from fansite.staff.views.blueprint import bp

__all__ = ["bp", "copies", "lists", "mail", "tags", "writing"]
