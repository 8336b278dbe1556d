"""The pages of organizers: phone first, one column, whole without JavaScript."""

from web.organizer import board, home

BLUEPRINTS = (home.pages, board.pages)
