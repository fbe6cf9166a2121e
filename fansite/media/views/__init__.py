"""Pictures at their addresses, on their way in, in the library, and as faces."""

from fansite.media.views import account, files, library, uploading
from fansite.media.views.blueprint import bp

__all__ = ["account", "bp", "files", "library", "uploading"]
