"""The desk of post: what became of every message, sending again, samples, who carries it."""
