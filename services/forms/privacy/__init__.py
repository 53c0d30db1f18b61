"""A person's data: a copy of them, their erasure, how long each sort is kept."""
