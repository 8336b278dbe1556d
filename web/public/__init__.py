"""Pages for everybody: they know nobody, so one answer serves all who ask."""

from web.public import events, home

BLUEPRINTS = (home.pages, events.pages)
