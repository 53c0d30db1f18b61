"""Password, second step, sessions (CRT-11)."""
