"""The integrity check: the ledger's chain, the table of documents, their facts and their files."""
