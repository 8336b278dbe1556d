"""What every request stands in, whoever it comes from."""
