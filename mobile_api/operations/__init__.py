"""HTTP of health, meta and development."""
