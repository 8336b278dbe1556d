"""How a notification reaches a phone."""
