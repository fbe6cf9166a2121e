"""Helpers with neither Flask nor database."""
