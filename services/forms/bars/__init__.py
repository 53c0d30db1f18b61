"""Who cannot be readmitted, and why: a list that the office of readmissions keeps (RDM-01)."""
