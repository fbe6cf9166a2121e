"""What people are told of evenings: near them, or where they said that they go.

moments     how long it is held back, and from when on nobody is told
concerned   whom it concerns
happening   what an event means
telling     what is said, as things stand when it is
kinds       all of it as it is declared
"""
