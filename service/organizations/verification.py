"""A coordinator's word about an organization, and its owner's answer to a coordinator's question."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import errors
from service.access import Actor, Permission
from service.geography import regions
from service.happenings import EventsFate, OrganizationStatusChanged, tell
from service.models import AuditAction, Organization, OrganizationStatus, Outbox
from service.organizations import organizations
from service.platform import outbox
from service.platform.idempotency import content_hash

DECISIONS = (
    OrganizationStatus.VERIFIED,
    OrganizationStatus.REJECTED,
    OrganizationStatus.SUSPENDED,
    OrganizationStatus.ASKED,
)
"""What a coordinator can say."""

DECIDED = "organization_decided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a coordinator says; `question` when asking; `events`: what becomes of those that are to come.

    `version`: of the organization as the coordinator saw it; None where the app does not tell.
    """

    status: str
    reason: str | None = None
    question: str | None = None
    events: EventsFate | None = None
    version: int | None = None


def decide(
    session: Session, actor: Actor, organization_id: UUID, verdict: Verdict, now: datetime
) -> Organization:
    """Verify, reject, suspend or ask an organization; its owners are told when that changes something.

    Of two who decide at once the later finds the other's word, and its own holds. The same again changes
    nothing, from whichever version it was said. To verify takes what waits. An organization that is
    verified no more has its coming events hidden, where the coordinator does not say otherwise.

    Raises:
        NotFound, Forbidden: not a coordinator of its region, or of one's own organization.
        Stale: it is another by now, and something else would be said of it.
        Invalid: asked without a question, or with what does not go with the status.
    """
    _check(verdict)
    organization = organizations.get_for(
        session, actor, organization_id, Permission.DECIDE_ORGANIZATION, locked=True
    )
    before = organization.status
    said = (organization.status, organization.status_reason, organization.question)
    question = verdict.question or organization.question
    has_news = verdict.status == OrganizationStatus.VERIFIED and organization.has_news
    is_new = has_news or said != (verdict.status, verdict.reason, question)
    if is_new and verdict.version not in (None, organization.version):
        raise errors.Stale(version=organization.version)
    if not is_new and verdict.events is None:
        return organization
    if has_news:
        organizations.take_news(organization)
    if is_new:
        organization.status, organization.status_reason = verdict.status, verdict.reason
        if verdict.question is not None:
            organization.question, organization.answer = verdict.question, None
        organization.version += 1
        _tell_owners(session, actor, organization, now)
    session.flush()
    detail = {"before": before, "status": verdict.status, "events": verdict.events}
    organizations.record(session, actor, AuditAction.ORGANIZATION_DECIDED, organization, now, detail)
    _tell_rooms(session, actor, organization, before, verdict.events, now)
    return organization


def _check(verdict: Verdict) -> None:
    if verdict.status == OrganizationStatus.ASKED and verdict.question is None:
        raise errors.Invalid("question", "required")
    if verdict.status != OrganizationStatus.ASKED and verdict.question is not None:
        raise errors.Invalid("question", "not-with-status")
    if verdict.status == OrganizationStatus.VERIFIED and verdict.events is not None:
        raise errors.Invalid("events", "not-with-status")


def _tell_owners(session: Session, actor: Actor, organization: Organization, now: datetime) -> None:
    """In place of an older word that nobody has been told yet: the owners hear the latest, once."""
    session.execute(
        sa.delete(Outbox).where(
            Outbox.kind == DECIDED,
            Outbox.organization_id == organization.id,
            Outbox.expanded_at.is_(None),
            Outbox.expanded_to.is_(None),
        )
    )
    facts = {
        "organization": organization.name,
        "status": organization.status,
        "reason": organization.status_reason,
    }
    outbox.enqueue(
        session, DECIDED, now, facts, organization_id=organization.id, created_by=actor.volunteer_id
    )


def _tell_rooms(
    session: Session,
    actor: Actor,
    organization: Organization,
    before: str,
    events: EventsFate | None,
    now: datetime,
) -> None:
    if events is None and before == OrganizationStatus.VERIFIED and not organization.is_verified:
        events = EventsFate.HIDE
    if events is None and before == organization.status:
        return
    tell(
        session,
        OrganizationStatusChanged(
            at=now,
            organization_id=organization.id,
            before=before,
            status=organization.status,
            events=events,
            decided_by=actor.volunteer_id,
        ),
    )


def answer(
    session: Session, actor: Actor, organization_id: UUID, answer_id: UUID, text: str, now: datetime
) -> None:
    """Answer the coordinator's question: the organization waits for a decision again, its coordinators hear.

    The same id with the same text changes nothing.

    Raises:
        NotFound, Forbidden: not its owner. AlreadyDecided: nothing is asked (any more).
        IdReused: the id stands for something else.
    """
    organization = organizations.get_for(
        session, actor, organization_id, Permission.ANSWER_COORDINATOR, locked=True
    )
    digest = content_hash({"by": actor.volunteer_id, "organization": organization_id, "text": text})
    stored = session.get(Outbox, answer_id)
    if stored is not None:
        if stored.content_hash != digest:
            raise errors.IdReused()
        return
    if organization.status != OrganizationStatus.ASKED:
        raise errors.AlreadyDecided(organization_status=organization.status)
    organization.status, organization.answer = OrganizationStatus.PENDING, text
    organization.version += 1
    organizations.record(session, actor, AuditAction.ORGANIZATION_ANSWERED, organization, now)
    region = regions.get(organization.region_code)
    outbox.enqueue(
        session,
        "organization_answered",
        now,
        {"region": region.names if region else {}},
        organization_id=organization.id,
        created_by=actor.volunteer_id,
        entry_id=answer_id,
        digest=digest,
    )
