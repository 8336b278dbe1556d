"""What volunteers get for their work, and can show to others."""
