"""Templates that staff edit: uploaded, looked through, compiled, published, rolled back."""
