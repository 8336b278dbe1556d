"""The pages of volunteers about themselves: phone first, one column, whole without JavaScript."""

from web.volunteer import calendar, check_in, going, register, signup

BLUEPRINTS = (going.pages, calendar.pages, signup.pages, check_in.pages, register.pages)
