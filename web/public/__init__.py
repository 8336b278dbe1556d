"""Pages for everybody: they know nobody, so one answer serves all who ask."""

from web.public import about, events, home, regions

BLUEPRINTS = (home.pages, events.pages, regions.pages, about.pages)
