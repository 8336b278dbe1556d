"""What staff has done and read, by ids alone: recorded, sealed, verified (R29)."""
