"""Pages for everybody: the privacy notice, and whom to tell when something is wrong (CRT-12)."""
