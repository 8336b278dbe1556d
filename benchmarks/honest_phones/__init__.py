"""Honest phones and scripted cheats, through the real judge."""
