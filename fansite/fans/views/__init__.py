"""Fans' pages, by what they are of."""

from . import cities, own, person
from .blueprint import bp

__all__ = ["bp", "cities", "own", "person"]
