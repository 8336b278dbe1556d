"""The pages of volunteers about themselves: phone first, one column, whole without JavaScript."""

from web.volunteer import (
    calendar,
    check_in,
    going,
    guardian,
    guarding,
    my_consents,
    my_honours,
    own_data,
    register,
    signup,
)

BLUEPRINTS = (
    calendar.pages,
    check_in.pages,
    going.pages,
    guardian.pages,
    guarding.pages,
    my_consents.pages,
    my_honours.pages,
    own_data.pages,
    register.pages,
    signup.pages,
)
