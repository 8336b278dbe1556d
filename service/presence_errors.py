"""Refusals of presence, and of what staff and volunteers say of it: a branch of the tree of errors."""

from service.errors import AlreadyDecided, Ask, Conflict, Forbidden


class PresenceRefused(Conflict):
    """A check-in or check-out that does not count. Each names the rule, the measured value and the limit."""

    asks = Ask.ORGANIZER


class OutsideArea(PresenceRefused):
    """`distance_m` measured to the area, `allowed_m` for this fix, both metres."""

    code = "outside-area"


class TooEarly(PresenceRefused):
    """`opens_at`: the earliest moment that counts."""

    code = "too-early"


class TooLate(PresenceRefused):
    """`closed_at`: the last moment that counted."""

    code = "too-late"


class StalePosition(PresenceRefused):
    """`age_s` of the fix and `allowed_s`."""

    code = "stale-position"


class SyncTooLate(PresenceRefused):
    """The record reached us more than `allowed_days` after the end."""

    code = "sync-too-late"


class WrongPlaceCode(PresenceRefused):
    """The code of the place is not that of the moment, and nothing else says where the person was."""

    code = "wrong-place-code"


class TooManyRecords(PresenceRefused):
    """A person has sent `limit` records already of this event, or of this day."""

    code = "too-many-records"


class NotCheckedIn(PresenceRefused):
    code = "not-checked-in"


class SignupRequired(PresenceRefused):
    code = "signup-required"


class OwnAttendance(Forbidden):
    """Nobody corrects or reviews their own attendance."""

    asks = Ask.COORDINATOR
    words = "own-attendance"


class AppealTooEarly(TooEarly):
    """The event is not over, and the person may still check in. `opens_at`: its end."""

    words = "appeal-too-early"


class AppealTooLate(TooLate):
    """`closed_at`: until when a second look could be asked for."""

    words = "appeal-too-late"


class TooManyAppeals(Conflict):
    """`limit`: of those that are open, or of those of a month."""

    code = "too-many-appeals"


class CorrectionTooEarly(TooEarly):
    """Nobody has been anywhere yet. `opens_at`: from when on an organizer can correct."""

    words = "correction-too-early"


class CorrectionTooLate(TooLate):
    """`closed_at`: until when an organizer could correct."""

    asks = Ask.COORDINATOR
    words = "correction-too-late"


class CoordinatorDecided(AlreadyDecided):
    """A coordinator has decided otherwise, and that binds organizers. `attendance_status` as decided."""

    asks = Ask.COORDINATOR
    words = "coordinator-decided"


class PersonDenied(AlreadyDecided):
    """The person has said that this was not them, and that binds organizers. `attendance_status` since."""

    asks = Ask.COORDINATOR
    words = "person-denied"


class PersonConsentMissing(Conflict):
    """The person does not consent to being recorded: they took it back, or agreed to no new text."""

    code = "person-consent-missing"


class NotYours(Conflict):
    """Somebody else has made these ticks, and they alone send them."""

    code = "not-yours"


class NothingToDeny(Conflict):
    """The person's own phone was there: it is no list's word alone. It has this `attendance_status`."""

    asks = Ask.COORDINATOR
    code = "nothing-to-deny"


class AlreadyAppealed(Conflict):
    """The volunteer has answered before: once is what everybody has."""

    code = "already-appealed"


class NothingToAppeal(Conflict):
    """The attendance is neither rejected nor in review: it has this `attendance_status`."""

    code = "nothing-to-appeal"
