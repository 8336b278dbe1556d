"""What organizations ask of me: to join, to be their contact; and leaving one."""

from typing import Any
from uuid import UUID

from flask import Response, request

from http_base.context import actor, locale, now, session
from service.models.base import localized
from service.organizations import contact_answers, invitations, members, organizations
from web.addresses import to
from web.forms import blank
from web.pages import Pages, done, render
from web.templating import text

pages = Pages("memberships")


def asked() -> dict[str, Any]:
    """What the account page shows of it."""
    caller = actor()
    return {
        "invitations": invitations.mine(session(), caller, now()),
        "contacts": contact_answers.asked_of(session(), caller),
    }


@pages.page("/account/invitations/<uuid:invitation_id>/<any(accept,decline):answer>", ("POST",))
def answer_invitation(invitation_id: UUID, answer: str) -> Response:
    """Join the organization that asks, or do not."""
    joins = answer == "accept"
    invitations.answer(session(), actor(), invitation_id, now(), accept=joins)
    session().commit()
    page = "organizer-home.show" if joins else "account.show"
    return done(to(page), f"page.memberships.invitation.{answer}")


@pages.page("/account/contacts/<uuid:contact_id>/<any(accept,decline):answer>", ("POST",))
def answer_contact(contact_id: UUID, answer: str) -> Response:
    """Be whom people ask, or be it no more."""
    act = contact_answers.accept if answer == "accept" else contact_answers.decline
    act(session(), actor(), contact_id)
    session().commit()
    return done(to("account.show"), f"page.memberships.contact.{answer}")


@pages.page("/account/organizations/<uuid:organization_id>/leave", ("GET", "POST"))
def leave(organization_id: UUID) -> Response:
    """Belong to it no more; asked again before it is done. The last owner stays."""
    if request.method == "POST":
        mine = actor().volunteer_id
        members.remove(session(), actor(), organization_id, mine, now())
        session().commit()
        return done(to("account.show"), "page.memberships.left")
    organization = organizations.get_visible(session(), actor(), organization_id)
    return render(
        "confirm.html",
        title=text("page.memberships.leave-title", name=localized(organization.name, locale())),
        text=text("page.memberships.leave-sure"),
        act=text("page.memberships.leave"),
        form=blank(),
        back_href=to("account.show"),
    )
