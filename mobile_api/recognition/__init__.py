"""What volunteers get for their work."""
