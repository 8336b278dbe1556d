"""What every room stands on: clock, database, queue, settings, text, limits."""
