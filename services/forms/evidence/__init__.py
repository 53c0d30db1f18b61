"""A bundle of evidence of one application, which verifies without any server."""
