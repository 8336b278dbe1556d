"""HTTP of the inbox and of what one wants to be told."""
