"""Pages for everybody: they know nobody, so one answer serves all who ask."""

from web.public import about, certificates, events, finding, home, previews, regions

BLUEPRINTS = (
    home.pages,
    finding.pages,
    events.pages,
    previews.pages,
    regions.pages,
    about.pages,
    certificates.pages,
)
