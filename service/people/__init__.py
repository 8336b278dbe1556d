"""Volunteers, how they sign in, what they have agreed to, their phones and roles."""
