"""Whom to ask, typed into a form by the API's own schema; its fields are those of the contact alone."""

from collections.abc import Callable

from http_base.contacts import said
from http_base.context import session
from http_base.schemas.organizations import ContactBody
from service import errors
from service.organizations.contacts import ContactSaid
from web.forms import Form, read_form


def read_contact(standing: ContactSaid | None) -> Form:
    """The form of a contact, which begins with the one that stands."""
    known = standing or ContactSaid()
    return read_form(
        ContactBody(),
        name=known.name,
        phone=known.phone,
        link=known.link,
        public="yes" if known.public else None,
    )


def is_put(form: Form, put: Callable[[ContactSaid | None], None]) -> bool:
    """Whether the form was good and its contact is put; else what was refused stands at the field."""
    if not form.is_good:
        return False
    try:
        put(said(form.data))
    except errors.Invalid as error:
        session().rollback()
        form.refused(error)
        form.errors = {name.removeprefix("contact."): words for name, words in form.errors.items()}
        return False
    session().commit()
    return True
