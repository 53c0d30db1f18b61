"""Who saw whose data: written down as it happens, readable by whose data it is."""
