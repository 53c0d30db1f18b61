"""The pages of students: what needs them, what they can ask for, how far it has come."""
