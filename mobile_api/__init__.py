"""HTTP in and out: one module a noun, its blueprint and its schemas."""

from mobile_api import (
    attendance,
    auth,
    codes,
    coordinators,
    corrections,
    counts,
    events,
    headcounts,
    health,
    history,
    inbox,
    meta,
    organizations,
    reviews,
    signups,
    volunteers,
)

BLUEPRINTS = (
    health.blueprint,
    meta.blueprint,
    auth.blueprint,
    volunteers.blueprint,
    inbox.blueprint,
    organizations.blueprint,
    events.blueprint,
    signups.blueprint,
    codes.blueprint,
    headcounts.blueprint,
    attendance.blueprint,
    history.blueprint,
    corrections.blueprint,
    reviews.blueprint,
    counts.blueprint,
    coordinators.blueprint,
)
