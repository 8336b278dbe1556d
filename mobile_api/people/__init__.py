"""HTTP of volunteers' own records, signing in, coordinators."""
