"""One tree of errors that carry data. They know no HTTP: http_base/problems.py has that table."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from service.things import Thing as Thing  # as errors.Thing everybody names it


class Ask(StrEnum):
    """Whom a refusal's words name: its document says how to reach them."""

    ORGANIZER = "organizer"
    COORDINATOR = "coordinator"


class ServiceError(Exception):
    """A refusal the caller can understand.

    `code` is the stable name from the API contract; `data` are facts that a message may show
    (numbers, ids and lists, never words for people), never named like a member of a problem document.
    """

    code: ClassVar[str]
    words: ClassVar[str | None] = None
    """Whose words it has in the catalogue, where the code's own would mislead its reader."""

    asks: ClassVar[Ask | None] = None
    """Whom its words name; None: nobody."""

    def __init__(self, **data: Any) -> None:
        super().__init__(self.code, data)
        self.data = data

    def in_zone(self, zone: str) -> Self:
        """The same refusal, its times as an event's own clocks show them."""
        self.data = {
            name: value.astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value
            for name, value in self.data.items()
        }
        return self


class Invalid(ServiceError):
    """A value that breaks a rule. `field` is its path in the request, `reason` a key of the catalogue."""

    code = "invalid"

    def __init__(self, field: str, reason: str, **data: Any) -> None:
        super().__init__(field=field, reason=reason, **data)
        self.field = field
        self.reason = reason


class GuardianRequired(Invalid):
    code = "guardian-required"


class OtherBirthDate(Invalid):
    """Not the one of the record that somebody wants to open again after half a year."""


class TooYoung(ServiceError):
    """`min_age` in years: to register, or to join one event."""

    code = "too-young"


class TooYoungToRegister(TooYoung):
    """The same code as for an event, but about the account itself: the request is what is wrong."""

    words = "too-young-to-register"


class CapacityBelowGoing(Invalid):
    """`going`: so many people hold a place already."""

    code = "capacity-below-going"


class OutsideKazakhstan(Invalid):
    code = "outside-kazakhstan"


class Forbidden(ServiceError):
    code = "forbidden"


class SecondFactorRequired(Forbidden):
    """The caller's roles allow it once the second factor is passed."""

    code = "second-factor-required"


class NotFound(ServiceError):
    """`what` does not exist, or the caller may not know of it."""

    code = "not-found"

    def __init__(self, what: Thing, **data: Any) -> None:
        super().__init__(what=what, **data)


class NotRegistered(NotFound):
    """The token holds, but nobody has registered with it yet."""

    code = "not-registered"

    def __init__(self, **data: Any) -> None:
        super().__init__(Thing.VOLUNTEER, **data)


class AccountDisabled(ServiceError):
    """The identity provider lets this account in no more."""

    asks = Ask.COORDINATOR
    code = "unauthenticated"
    words = "account-disabled"


class EnrolmentSecretRequired(Forbidden):
    """A coordinator's second factor begins with the one-time secret that they were given."""

    asks = Ask.COORDINATOR
    code = "enrolment-secret-required"


class BadCode(ServiceError):
    code = "bad-code"


class TooManyRequests(ServiceError):
    """`retry_after_s`: seconds until it is worth trying again."""

    code = "too-many-requests"


class TooManyCodes(TooManyRequests):
    """Of the second factor, where none was right yet: perhaps somebody else's, who has the number."""

    words = "too-many-codes"


class TooManyOrganizations(TooManyRequests):
    """So many of one's organizations are `open`: nobody has decided about them yet."""

    asks = Ask.COORDINATOR
    words = "too-many-organizations"


class Stale(ServiceError):
    """The change was made from an older version; `version` is the current one."""

    code = "stale"


class EventMoved(Stale):
    """Its day, hours or place are others than its reader was shown; it begins at `starts_at` now."""

    words = "event-moved"


class Conflict(ServiceError):
    """The request is well formed, but the state of things refuses it."""


class NotEnrolled(Conflict):
    """There is no second factor to prove or to confirm, or none that suffices for the caller's roles."""

    code = "second-factor-missing"


class IdReused(Conflict):
    code = "id-reused"


class SoleOwner(Conflict):
    code = "sole-owner"


class LastNational(Conflict):
    """The country keeps a national coordinator."""

    code = "last-national"


class NotVerified(Conflict):
    """The organization is not verified (yet, or any more)."""

    asks = Ask.COORDINATOR
    code = "not-verified"


class NotADraft(Conflict):
    """Only a draft can be published; this event has the `event_status`."""

    code = "not-a-draft"


class AlreadyStarted(Conflict):
    code = "already-started"


class SeriesStarted(AlreadyStarted):
    """This date of a series began at `starts_at`: the later ones are changed from one that has not."""

    words = "series-started"


class AlreadyOver(Conflict):
    code = "already-over"


class ChangesClosed(AlreadyOver):
    """`closed_at`: until when more than an event's texts could be changed."""

    words = "changes-closed"


class AnnouncementTooLate(AlreadyOver):
    """`closed_at`: until when its people could be told something."""

    words = "announcement-too-late"


class RestoringClosed(AlreadyOver):
    """`closed_at`: until when an event that was called off could be brought back."""

    words = "restoring-closed"


class Over(Conflict):
    """The event has ended: nobody can join it any more."""

    code = "over"


class Cancelled(Conflict):
    """Called off at `cancelled_at`, by its organizer or a coordinator, with their `reason`."""

    asks = Ask.ORGANIZER
    code = "cancelled"

    @staticmethod
    def of(cancelled_at: datetime | None, reason: str | None) -> "Cancelled":
        """In words that name the reason only where there is one."""
        kind = Cancelled if reason else CalledOff
        return kind(cancelled_at=cancelled_at, reason=reason or "")


class CalledOff(Cancelled):
    """The same where nobody gave a reason."""

    words = "called-off"


class NotPublished(Conflict):
    asks = Ask.ORGANIZER
    code = "not-published"


class ConsentMissing(Conflict):
    """`missing`: names of the consents that have to be given (again)."""

    code = "consent-missing"


class AlreadyDecided(Conflict):
    """Somebody has answered before: it has the `invitation_status` or `organization_status` now."""

    code = "already-decided"


class InvitationExpired(AlreadyDecided):
    """Nobody answered until `expires_at`."""

    words = "invitation-expired"


class Banned(Forbidden):
    """A coordinator has banned this person: `reason`, `expires_at` (None: for good)."""

    code = "banned"

    asks = Ask.COORDINATOR


class Full(Conflict):
    """Who goes wants to bring more people than there are places; `free` places are left."""

    code = "full"


class OfferExpired(Conflict):
    """Nobody said yes until `confirm_by`, or the place was given back: it is somebody else's turn."""

    code = "offer-expired"


class Removed(Conflict):
    """An organizer took this person off the event's list, and alone lets them come back."""

    asks = Ask.ORGANIZER
    code = "removed"


class Hazard(Conflict):
    """The work is dangerous: nobody under `min_age`."""

    code = "hazard"


class PartyTooLarge(Conflict):
    """More `people` than the event has places in all (`capacity`): waiting would never help."""

    code = "party-too-large"


class Busy(ServiceError):
    """Too many changes of one thing at one moment; `retry_after_s` seconds later it works."""

    code = "unavailable"


class NotStarted(Conflict):
    """`starts_at`: before it nobody can have been counted there."""

    code = "not-started"


class HeadcountsClosed(Conflict):
    """`closed_at`: since then head counts stay as they are."""

    asks = Ask.COORDINATOR
    code = "headcounts-closed"


class TooManyGroups(Conflict):
    """The event has as many groups as one may (`limit`)."""

    code = "too-many-groups"


class TooManyHelpers(Conflict):
    """The event has as many helpers as one may (`limit`)."""

    code = "too-many-helpers"


class TooManyPhotos(Conflict):
    """The event has as many photographs of this kind as one may (`limit`)."""

    code = "too-many-photos"


class ResultClosed(Conflict):
    """`closed_at`: until when its organizer could say what came of the event."""

    asks: ClassVar[Ask | None] = Ask.COORDINATOR
    code = "result-closed"


class ResultClosedForAll(ResultClosed):
    """The same for coordinators, who have longer: there is nobody left to ask."""

    asks = None
    words = "result-closed-for-all"


class OwnOrganization(Forbidden):
    """Nobody decides about the organization that they belong to."""

    words = "own-organization"
    asks = Ask.COORDINATOR


class CancelledByCoordinator(Forbidden):
    """What a coordinator called off, a coordinator alone brings back."""

    words = "cancelled-by-coordinator"
    asks = Ask.COORDINATOR


class AlreadyAnswered(Conflict):
    """Who was banned has answered before: once is what everybody has."""

    asks = Ask.COORDINATOR
    code = "already-answered"
