"""HTTP of organizations."""
