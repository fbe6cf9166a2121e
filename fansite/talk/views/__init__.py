"""`/talk/`: what fans talk about, by what was said last, and each discussion at its lasting address."""

from fansite.talk.views import moderating, reading, voting, writing  # noqa: F401 - they put themselves there
from fansite.talk.views.blueprint import bp

__all__ = ["bp"]
