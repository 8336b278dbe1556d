"""HTTP of counts."""
