"""The pages of volunteers about themselves: phone first, one column, whole without JavaScript."""
