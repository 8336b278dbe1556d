"""My certificates: made of a period's hours, downloaded, shared by their address, taken back."""

from datetime import date
from uuid import UUID

from flask import Response
from marshmallow import fields

from http_base import certificates as papers
from http_base import cursors
from http_base.context import actor, locale, now, session
from http_base.fields import Paged, Strict, one_of
from notifications.words import LOCALES
from service import recognition_errors
from service.errors import Invalid
from service.models import Certificate
from service.models.base import COUNTRY_ZONE
from service.recognition import certificates
from service.recognition.certificates import Wanted
from web import chats, formats
from web.addresses import here, to
from web.forms import WHOLE, Form, read_form, read_query
from web.pages import Pages, done, render
from web.templating import text
from web.volunteer import desk
from web.volunteer.register import LANGUAGES

pages = Pages("volunteer-certificates")

A_PAGE = 20
YEAR, ALL = "year", "all"
PERIODS = (YEAR, ALL)


class PeriodForm(Strict):
    """`first_day`, `last_day`: of a period of one's own choice, which stands in place of `period`."""

    period = one_of(*PERIODS, required=True)
    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")
    language = one_of(*LOCALES, data_key="lang", required=True)


@pages.page("/account/certificates", ("GET", "POST"))
def show_all() -> Response:
    """The form that makes one, and those that there are, newest first."""
    form = read_form(PeriodForm, period=YEAR, lang=locale())
    if form.is_good and _make(form):
        return done(to("volunteer-certificates.show_all"), "page.certificates.made")
    after = cursors.decode(read_query(Paged).get("cursor"), cursors.moment, UUID)
    found = certificates.of_person(session(), actor(), after, A_PAGE + 1)
    items, following = cursors.page(
        found, A_PAGE, lambda one: (one.certificate.issued_at, one.certificate.id)
    )
    return desk.show(
        "record",
        "certificates.html",
        form=form,
        periods=[(name, text(f"page.certificates.period.{name}")) for name in PERIODS],
        languages=LANGUAGES,
        items=[
            (one, papers.shown_code(one.certificate), chats.of_certificate(one.certificate)) for one in items
        ],
        next_href=here(cursor=following) if following else None,
        first_href=here(cursor=None) if after else None,
    )


def _make(form: Form) -> bool:
    """Make what is asked for; False where the form says why there is none."""
    days = _days(form)
    if days is None:
        return False
    try:
        certificates.issue(session(), actor(), Wanted(*days, form.data["language"]), now())
    except Invalid as error:
        form.refused(error)
        return False
    except recognition_errors.NothingToCertify:
        form.refuse(WHOLE, "problem.nothing-to-certify.title")
        return False
    session().commit()
    return True


def _days(form: Form) -> tuple[date, date] | None:
    today = now().astimezone(COUNTRY_ZONE).date()
    if "first_day" in form.data or "last_day" in form.data:
        for name, key in (("from", "first_day"), ("to", "last_day")):
            if key not in form.data:
                form.refuse(name, "field.required")
        return None if form.errors else (form.data["first_day"], form.data["last_day"])
    if form.data["period"] == YEAR:
        return today.replace(month=1, day=1), today
    return certificates.first_day(session(), actor(), today), today


@pages.page("/account/certificates/<uuid:certificate_id>.pdf")
def download(certificate_id: UUID) -> Response:
    """The paper."""
    return papers.paper_of(certificates.own(session(), actor(), certificate_id))


@pages.page("/account/certificates/<uuid:certificate_id>/delete", ("GET", "POST"))
def delete(certificate_id: UUID) -> Response:
    """Take one back, asked again on a page of its own."""
    form = read_form(Strict)
    if form.is_good and form.is_sure:
        certificates.take_back(session(), actor(), certificate_id, now())
        session().commit()
        return done(to("volunteer-certificates.show_all"), "page.certificates.deleted", "info")
    certificate = certificates.own(session(), actor(), certificate_id).certificate
    return render(
        "confirm.html",
        title=text("page.certificates.delete"),
        about=_about(certificate),
        text=text("page.certificates.delete-sure"),
        act=text("page.certificates.delete"),
        form=form,
        back_href=to("volunteer-certificates.show_all"),
        back_label=text("page.certificates.title"),
    )


def _about(certificate: Certificate) -> str:
    """«1 қаңтар – 26 қараша 2026 · 12 сағ · ABCD-…»."""
    period = formats.period(certificate.first_day, certificate.last_day)
    hours = formats.duration(certificate.proven_minutes + certificate.assumed_minutes)
    return f"{period} · {hours} · {papers.shown_code(certificate)}"
