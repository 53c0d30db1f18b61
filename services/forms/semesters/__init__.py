"""Semester data at the desk: looked at, changed with a preview of whom it touches."""
