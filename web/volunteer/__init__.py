"""The pages of volunteers about themselves: phone first, one column, whole without JavaScript."""

from web.volunteer import calendar, check_in, going, guardian, guarding, register, signup

BLUEPRINTS = (
    calendar.pages,
    check_in.pages,
    going.pages,
    guardian.pages,
    guarding.pages,
    register.pages,
    signup.pages,
)
