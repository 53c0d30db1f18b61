"""Bulk issue: one kind for a list of students, row by row, and the ZIP of what came of it."""
