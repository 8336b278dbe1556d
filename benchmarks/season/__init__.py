"""A season played by phones over HTTP alone: `python -m benchmarks.season --events 150 --volunteers 900`."""
