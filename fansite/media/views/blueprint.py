"""What all addresses of pictures share."""

from flask import Blueprint

bp = Blueprint("media", __name__)
