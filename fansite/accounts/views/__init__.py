"""The pages: doors for strangers, and one's own account."""

from fansite.accounts.views import account, doors, letters_in
from fansite.accounts.views.blueprint import bp

__all__ = ["account", "bp", "doors", "letters_in"]
