"""Payments from the bank’s file: read, weighed by the rules, shown, entered (TUI-08 to TUI-11)."""
