"""Guardians' acts, as the API and the pages take them."""

from uuid import UUID

from http_base import links
from http_base.context import locale, now, services, session
from service import errors
from service.models import GuardianRelation, Guardianship
from service.people import guardian_links, guardians
from service.people.guardian_links import NewLink
from service.people.guardians import Word
from service.people.identities import Identity


def address_of(link: NewLink) -> str:
    """What a child hands on: the secret stands behind the `#`, which no browser sends to anybody."""
    return links.absolute(f"/{locale()}/guardian#{link.child_id}.{link.secret}")


def accept(
    guardian: Identity, typed: str, name: str, relation: str, child_id: UUID | None = None
) -> Guardianship:
    """Agree by a link, or what was typed of it; a try counts before it is judged, whatever comes of it.

    Raises:
        TooManyRequests. NotFound, TooYoungToGuard, TooManyChildren.
    """
    guardians.count_try(session(), guardian, now(), services().settings.code_tries_per_hour)
    session().commit()
    secret = guardian_links.read_secret(typed)
    if secret is None:
        raise errors.NotFound(errors.Thing.GUARDIAN_LINK)
    word = Word(name, GuardianRelation(relation))
    made = guardians.accept(session(), guardian, secret, word, now(), child_id)
    session().commit()
    return made
