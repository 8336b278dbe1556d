"""What is read: counts."""
