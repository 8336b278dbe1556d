"""HTTP of corrections, reviews, appeals and a person's own record."""
