"""Where the pages of moderators stand."""

from flask import Blueprint

bp = Blueprint("moderation", __name__, url_prefix="/moderation")
