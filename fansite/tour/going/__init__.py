"""Fans and gigs: who means to be there, who was, and around which place a fan wants to hear of them."""
