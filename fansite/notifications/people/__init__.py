"""What people are told of each other: answers, names, warm words, followers, what those write whom they follow; and what was decided.

concerned   whom it concerns
happening   what an event means
given       whether a reaction still stands
facts       all that is to be known to tell it, as it stands now
telling     what is said of it
words       in words
kinds       all of it as it is declared
"""
