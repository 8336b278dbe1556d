"""Registering: what somebody says of themself whose number is proven, and what they agree to."""

from flask import Response, request

from http_base import csrf, entrance, page_sessions
from http_base.context import locale, now, page_caller, page_guest, session
from http_base.csrf import FormExpired
from http_base.fields import Text
from http_base.identity import Unauthenticated
from http_base.problems import document_of
from http_base.schemas.people import ProfileBody
from service import errors
from service.geography import regions
from service.models import Volunteer
from service.models.base import COUNTRY_ZONE, localized
from service.models.volunteers import ADULT_AGE
from service.people.identities import Identity
from service.people.sessions import FORMER_LASTS
from web import expired, formats
from web.addresses import to
from web.doors import back_to
from web.forms import Form, read_form
from web.pages import Pages, done, render
from web.sign_in import landing
from web.templating import text
from web.volunteer import consent_forms

pages = Pages("register")

LANGUAGES = (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"))


class RegisterForm(ProfileBody):
    """As the API takes it, and where its person was going."""

    next = Text(longest=2_000)


@pages.page("/register", ("GET", "POST"))
def show() -> Response:
    """The form of a guest; sent, it begins their session. Who is registered goes on."""
    caller, guest = page_caller(), page_guest()
    if caller is not None:
        return done(landing(request.args.get("next") or request.form.get("next"), caller.known.actor))
    if guest is None:
        raise Unauthenticated
    is_back = entrance.is_back(guest)
    form = read_form(RegisterForm, next=back_to(request.args.get("next")), locale=locale())
    if form.is_good:
        made = _registered(guest, form)
        if made is not None:
            return _go_on(made, form)
    return _show(form, guest, is_back=is_back)


def _registered(guest: Identity, form: Form) -> Volunteer | None:
    """Their record, and a session; None: the form says what is wrong."""
    body = {name: value for name, value in form.data.items() if name != "next"}
    try:
        return entrance.register(guest, body)
    except errors.Invalid as error:
        session().rollback()
        form.refused(error)
    except errors.TooYoungToRegister as error:
        session().rollback()
        form.errors["birth_date"] = [document_of(error)["detail"]]
    return None


def _go_on(made: Volunteer, form: Form) -> Response:
    """To where they were going; who is a minor first to the link that their guardian needs."""
    wanted = back_to(form.value("next"))
    if made.age_on(now().astimezone(COUNTRY_ZONE).date()) < ADULT_AGE:
        return done(to("volunteer-guardian.show", next=wanted), "page.register.guardian-next", "info")
    return done(wanted or to("volunteer-going.show"), "page.register.done")


def _show(form: Form, guest: Identity, *, is_back: bool) -> Response:
    shown = consent_forms.texts()
    if "consents" in form.errors:
        # Nothing was ticked: what has to be is the first of them.
        form.errors[shown[0].field] = [text("page.register.consent")]
        del form.errors["consents"]
    names = ((region.code, localized(region.names, locale())) for region in regions.all_regions())
    fields = ("display_name", "birth_date", "region", "locale", "guardian.name", "guardian.phone")
    labels = {name: text(f"page.register.{name}") for name in fields}
    return render(
        "volunteer/register.html",
        form=form,
        phone=guest.phone,
        is_back=is_back,
        texts=shown,
        labels=labels | {"guardian": text("page.register.guardian"), **consent_forms.labels(shown)},
        regions=sorted(names, key=lambda one: formats.in_order(one[1])),
        languages=LANGUAGES,
    )


def _again(error: FormExpired) -> Response:
    """A form that was pressed twice: its first press has registered its person, who goes on."""
    caller = page_caller()
    if caller is None or not csrf.is_from_here():
        return expired.again(error)
    if now() - caller.signed_in_at < FORMER_LASTS:
        # The answer to the first press, and its cookie, may never have arrived.
        page_sessions.start(caller.known.actor)
        session().commit()
    return done(landing(request.form.get("next"), caller.known.actor))


pages.register_error_handler(FormExpired, _again)
