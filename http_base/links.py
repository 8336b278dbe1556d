"""Addresses of pages, as answers of the API and pages give them to others."""

from uuid import UUID

from http_base.context import locale, services


def absolute(path: str) -> str:
    """The whole address of what stands at a path of ours."""
    return services().settings.public_url + path


def of_event(event_id: UUID) -> str:
    """Where everybody reads about an event, in the language of this answer."""
    return absolute(f"/{locale()}/events/{event_id}")
