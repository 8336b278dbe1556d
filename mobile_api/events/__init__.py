"""HTTP of events and signing up for them."""
