"""Photographs fans took at gigs: seen by a moderator first where the fan is new, and the page of an evening becomes its archive."""
