"""HTTP in and out: one module a noun, its blueprint and its schemas."""

from mobile_api.attendance import check_ins, codes, groups, guardians
from mobile_api.audit import entries
from mobile_api.events import (
    announcements,
    calendars,
    day_plans,
    districts,
    duplicates,
    events,
    helpers,
    photos,
    reports,
    results,
    series_dates,
    signups,
    visibility,
)
from mobile_api.figures import counts, exports, honours, public, region_reports
from mobile_api.geography import places
from mobile_api.notifications import inbox, notification_settings
from mobile_api.operations import health, meta, metrics
from mobile_api.organizations import contacts, invitations, members, memberships, organizations
from mobile_api.people import (
    auth,
    bans,
    birth_dates,
    consents,
    coordinators,
    devices,
    own_data,
    second_factors,
    volunteers,
    web_sign_ins,
)
from mobile_api.recognition import certificates
from mobile_api.rulings import bulk_reviews, corrections, history, refusals, reviews, staff_list

BLUEPRINTS = (
    health.blueprint,
    metrics.blueprint,
    meta.blueprint,
    auth.blueprint,
    volunteers.blueprint,
    own_data.blueprint,
    consents.blueprint,
    guardians.blueprint,
    birth_dates.blueprint,
    bans.blueprint,
    devices.blueprint,
    second_factors.blueprint,
    web_sign_ins.blueprint,
    inbox.blueprint,
    notification_settings.blueprint,
    organizations.blueprint,
    members.blueprint,
    memberships.blueprint,
    invitations.blueprint,
    contacts.blueprint,
    districts.blueprint,
    places.blueprint,
    events.blueprint,
    duplicates.blueprint,
    series_dates.blueprint,
    announcements.blueprint,
    calendars.blueprint,
    calendars.feeds,
    visibility.blueprint,
    day_plans.blueprint,
    results.blueprint,
    photos.blueprint,
    signups.blueprint,
    helpers.blueprint,
    codes.blueprint,
    groups.blueprint,
    check_ins.blueprint,
    history.blueprint,
    refusals.blueprint,
    staff_list.blueprint,
    corrections.blueprint,
    reviews.blueprint,
    bulk_reviews.blueprint,
    counts.blueprint,
    region_reports.blueprint,
    public.blueprint,
    certificates.blueprint,
    certificates.public_blueprint,
    exports.blueprint,
    honours.blueprint,
    reports.blueprint,
    coordinators.blueprint,
    entries.blueprint,
)
