"""The whole product under faults, in one thread and one process, by a seed.

A *schedule* is some days in the life of an installation: students ask, professors sign by link, an
office decides, and at each step anything may go wrong. The three departments run through their own
code; what is replaced stands at the edge: the broker (`broker`), the databases' and the store's
readiness to answer (`ground`), mail servers and SMS providers (`post`), the clock, and entropy. All
that is drawn comes from the seed (`chance`), so a schedule that fails can be played again.

After the storm everything heals and is drained, and the `oracle` says what is not as it should be.
"""
