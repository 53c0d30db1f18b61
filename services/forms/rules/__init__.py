"""The university's rules: pure functions over plain values, each quoting its rulebook id."""
