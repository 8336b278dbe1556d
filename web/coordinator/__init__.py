"""The pages of regional coordinators."""

from web.coordinator import organizations

BLUEPRINTS = (organizations.pages,)
