"""What crosses a wall between departments, and nothing else."""
