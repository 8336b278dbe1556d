"""Proofs: what people found in the running product in November 2026, each as a test of what ought to hold."""
