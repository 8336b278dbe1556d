"""Where things are: distances, areas, regions, places."""
