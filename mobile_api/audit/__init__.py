"""What staff has done and read, for the national coordinator."""
