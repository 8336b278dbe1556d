"""The pages of volunteers about themselves: phone first, one column, whole without JavaScript."""

from web.volunteer import (
    calendar,
    certificates,
    check_in,
    devices,
    going,
    guardian,
    guarding,
    guarding_data,
    inbox,
    my_consents,
    my_honours,
    own_data,
    record,
    register,
    settings,
    signup,
)

BLUEPRINTS = (
    calendar.pages,
    certificates.pages,
    check_in.pages,
    devices.pages,
    going.pages,
    guardian.pages,
    guarding.pages,
    guarding_data.pages,
    inbox.pages,
    my_consents.pages,
    my_honours.pages,
    own_data.pages,
    record.pages,
    register.pages,
    settings.pages,
    signup.pages,
)
