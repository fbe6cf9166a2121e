"""What was played: setlists, how often each song was, and what the papers said of an evening."""
