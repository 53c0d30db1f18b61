"""The public check of a document, by its number or by its file."""
