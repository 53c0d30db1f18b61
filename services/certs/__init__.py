"""The department that documents: fills templates, signs, numbers, keeps, verifies, revokes."""
