"""What an operator sees of the installation: what waits, what is stuck, what was looked after."""
