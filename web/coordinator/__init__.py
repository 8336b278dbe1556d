"""The pages of regional coordinators."""

from web.coordinator import (
    audit,
    contact,
    coordinators,
    correctors,
    event,
    event_acts,
    event_people,
    events,
    home,
    organizations,
    people,
    report,
    reports,
    reviews,
)

BLUEPRINTS = (
    home.pages,
    report.pages,
    events.pages,
    event.pages,
    event_acts.pages,
    event_people.pages,
    organizations.pages,
    reviews.pages,
    reports.pages,
    people.pages,
    correctors.pages,
    contact.pages,
    coordinators.pages,
    audit.pages,
)
