"""The pages of volunteers about themselves: phone first, one column, whole without JavaScript."""

from web.volunteer import check_in, going, register, signup

BLUEPRINTS = (going.pages, signup.pages, check_in.pages, register.pages)
