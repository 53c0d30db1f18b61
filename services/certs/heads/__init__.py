"""One growing tree over all chains, whose head is signed and published each day."""
