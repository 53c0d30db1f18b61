"""One's own settings: the second step of signing in, and how one is told."""
