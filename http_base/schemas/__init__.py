"""Schemas of requests that the API and the pages share, one file a noun; answers are each side's own."""
