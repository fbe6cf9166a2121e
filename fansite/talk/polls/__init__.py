"""Polls: a question below a discussion, with a vote for each fan. Nobody is told how it stands before they said something themselves."""
