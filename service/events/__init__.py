"""Events: planning, finding, signing up."""
