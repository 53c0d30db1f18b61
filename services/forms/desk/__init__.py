"""The pages of an office: what waits for it, one case with its rules, the decision."""
