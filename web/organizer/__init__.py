"""The pages of organizers: phone first, one column, whole without JavaScript."""

from web.organizer import board, event_edit, home, publishing

BLUEPRINTS = (
    home.pages,
    board.pages,
    event_edit.pages,
    publishing.pages,
)
