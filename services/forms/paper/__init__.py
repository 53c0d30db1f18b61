"""Paper forms at the desk: signed ones entered with their scan (EXT-04)."""
