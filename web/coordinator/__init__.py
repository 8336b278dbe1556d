"""The pages of regional coordinators."""

from web.coordinator import home, organizations, report, reports, reviews

BLUEPRINTS = (home.pages, report.pages, organizations.pages, reviews.pages, reports.pages)
