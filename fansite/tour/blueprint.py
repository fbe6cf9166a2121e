"""The tour's own place among the addresses of the site and of its desk."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("tour", __name__)
