"""Organizations, who belongs to them, who is invited."""
