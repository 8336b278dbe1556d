"""Refusals that have to do with guardians of minors: a branch of the tree of errors."""

from service.errors import Ask, Conflict, TooYoung


class TooYoungToGuard(TooYoung):
    """The same code, about who would be somebody's guardian: a minor by our own records."""

    words = "too-young-to-guard"


class GuardianConsentMissing(Conflict):
    """Under `min_age`, or after a guardian has said no: nothing is joined before one agrees."""

    code = "guardian-consent-missing"


class OfAge(Conflict):
    """An adult has no guardian."""

    code = "of-age"


class TooManyChildren(Conflict):
    """Somebody is the guardian of as many children as one may be (`limit`)."""

    asks = Ask.COORDINATOR
    code = "too-many-children"
