"""HTTP of check-ins, codes of the place and groups."""
