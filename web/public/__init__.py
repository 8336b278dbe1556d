"""Pages for everybody: they know nobody, so one answer serves all who ask."""

from web.public import about, events, finding, home, regions

BLUEPRINTS = (home.pages, finding.pages, events.pages, regions.pages, about.pages)
