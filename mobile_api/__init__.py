"""HTTP in and out: one module a noun, its blueprint and its schemas."""

from mobile_api import (
    attendance,
    auth,
    codes,
    coordinators,
    counts,
    events,
    headcounts,
    health,
    inbox,
    meta,
    organizations,
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
    counts.blueprint,
    coordinators.blueprint,
)
