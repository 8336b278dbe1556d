"""HTTP in and out: one module a noun, its blueprint and its schemas."""

from mobile_api import (
    attendance,
    auth,
    coordinators,
    counts,
    events,
    health,
    inbox,
    meta,
    notification_settings,
    organizations,
    reports,
    signups,
    volunteers,
)

BLUEPRINTS = (
    health.blueprint,
    meta.blueprint,
    auth.blueprint,
    volunteers.blueprint,
    inbox.blueprint,
    notification_settings.blueprint,
    organizations.blueprint,
    events.blueprint,
    signups.blueprint,
    attendance.blueprint,
    counts.blueprint,
    reports.blueprint,
    coordinators.blueprint,
)
