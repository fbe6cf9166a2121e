"""`/staff/`: what lies on the desk, the editor, tags, and mail."""

from fansite.staff.views import lists, mail, tags, writing
from fansite.staff.views.blueprint import bp

__all__ = ["bp", "lists", "mail", "tags", "writing"]
