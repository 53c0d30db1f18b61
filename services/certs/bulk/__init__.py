"""Archives: many documents in one ZIP, each read back and compared with its facts before."""
