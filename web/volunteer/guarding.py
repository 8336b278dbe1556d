"""The page of a minor's guardian, who needs no record: consent, what the child does, and taking it back.

The secret of the child's link stands behind the `#` of its address: a script puts it into the form, or a
person types it.
"""

from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from http_base import guardians as acts
from http_base import problems
from http_base.context import actor, locale, now, page_caller, page_guest, session
from http_base.fields import Strict
from http_base.identity import Unauthenticated
from http_base.schemas.guardians import GuardianWord
from service import errors, guardian_errors
from service.attendance import guarded
from service.models import GuardianRelation
from service.people import consent_texts, guardians
from service.people.identities import Identity
from web.addresses import to
from web.forms import WHOLE, Form, read_form
from web.pages import Pages, done, render
from web.templating import text

pages = Pages("guardian")


class ConsentForm(GuardianWord):
    """The three things that a guardian declares, beside who they are."""

    parent = fields.Boolean(required=True, validate=validate.Equal(comparable=True, error="declared"))
    agrees = fields.Boolean(required=True, validate=validate.Equal(comparable=True, error="declared"))


def _guardian() -> Identity | None:
    """Who has proven a number in this browser, with a record or without.

    Raises:
        Banned, AccountDisabled.
    """
    caller = page_caller()
    if caller is None:
        return page_guest()
    who = actor()
    return Identity(caller.subject, who.phone or "", caller.signed_in_at, caller.signed_in_at)


def _present() -> Identity:
    guardian = _guardian()
    if guardian is None:
        raise Unauthenticated
    return guardian


@pages.page("/guardian", ("GET", "POST"))
def show() -> Response:
    """What it is about; signed in: the children, or the consent. Posted: a guardian agrees."""
    guardian = _guardian()
    form = read_form(ConsentForm)
    if guardian is None:
        if form.sent:
            raise Unauthenticated
        return render("volunteer/guarding_start.html")
    if form.is_good and _agreed(guardian, form):
        return done(to("guardian.show"), "page.guarding.agreed")
    found = guarded.children_of(session(), guardian, now())
    session().commit()
    title, said = consent_texts.guardian_words(locale())
    return render(
        "volunteer/guarding.html",
        guardian=guardian,
        asked=found.asked or bool(form.errors),
        children=found.children,
        has_unseen=found.has_unseen,
        form=form,
        consent_title=title,
        consent_lines=[line for line in said.splitlines() if line.strip()],
        relations=[(str(one), text(f"page.guarding.relation.{one}")) for one in GuardianRelation],
        labels={name: text(f"page.guarding.{name}") for name in ConsentForm().fields},
    )


def _agreed(guardian: Identity, form: Form) -> bool:
    try:
        acts.accept(guardian, form.data["secret"], form.data["name"], form.data["relation"])
    except errors.NotFound:
        session().rollback()
        form.refuse("secret", "page.guarding.wrong-link")
    except (guardian_errors.TooYoungToGuard, guardian_errors.TooManyChildren) as error:
        session().rollback()
        form.errors[WHOLE] = [problems.document_of(error)["detail"]]
    return not form.errors


@pages.page("/guardian/withdraw", ("GET", "POST"))
def withdraw_unseen() -> Response:
    """Take back what was agreed to before and is not shown any more, after a question; it names nobody."""
    guardian = _present()
    form = read_form(Strict)
    if form.is_sure:
        guardians.withdraw_unseen(session(), guardian, now())
        session().commit()
        return done(to("guardian.show"), "page.guarding.withdrawn", "info")
    return render(
        "confirm.html",
        title=text("page.guarding.withdraw"),
        text=text("page.guarding.withdraw-unseen"),
        act=text("page.guarding.withdraw"),
        form=form,
        back_href=to("guardian.show"),
        back_label=text("page.guarding.title"),
    )


@pages.page("/guardian/<uuid:child_id>/withdraw", ("GET", "POST"))
def withdraw(child_id: UUID) -> Response:
    """Take the consent back, after a question; who gave none learns nothing."""
    guardian = _present()
    form = read_form(Strict)
    if form.is_sure:
        guardians.withdraw(session(), guardian, child_id, now())
        session().commit()
        return done(to("guardian.show"), "page.guarding.withdrawn", "info")
    found = guarded.children_of(session(), guardian, now())
    session().commit()
    child = next((one for one in found.children if one.id == child_id), None)
    if child is None:
        raise errors.NotFound(errors.Thing.GUARDIANSHIP)
    return render(
        "confirm.html",
        title=f"{text('page.guarding.withdraw')}: {child.first_name}",
        text=text("page.guarding.withdraw-how"),
        act=text("page.guarding.withdraw"),
        form=form,
        back_href=to("guardian.show"),
        back_label=text("page.guarding.children"),
    )
