"""The pages of organizers: phone first, one column, whole without JavaScript."""

from web.organizer import (
    board,
    calling_off,
    doubts,
    event_edit,
    groups,
    home,
    members,
    messages,
    organizations,
    people,
    place_code,
    publishing,
    report,
    result,
    sharing,
    staff_list,
)

BLUEPRINTS = (
    home.pages,
    board.pages,
    event_edit.pages,
    publishing.pages,
    sharing.pages,
    groups.pages,
    staff_list.pages,
    place_code.pages,
    organizations.pages,
    members.pages,
    people.pages,
    result.pages,
    doubts.pages,
    report.pages,
    messages.pages,
    calling_off.pages,
)
