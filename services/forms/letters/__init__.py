"""Letters that come as files: their words, read by a limited child, for the university's paper."""
