"""What staff see of certs: the ledger and the templates."""
