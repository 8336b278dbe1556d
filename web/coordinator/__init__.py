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
    live,
    organizations,
    people,
    plan_calendar,
    report,
    reports,
    reviews,
)

BLUEPRINTS = (
    home.pages,
    report.pages,
    events.pages,
    plan_calendar.pages,
    live.pages,
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
