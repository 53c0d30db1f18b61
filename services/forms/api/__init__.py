"""Everything that the pages do, over JSON under /api/v1."""
