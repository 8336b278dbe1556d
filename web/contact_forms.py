"""Whom to ask, typed into a form by the API's own schema; its fields are those of the contact alone."""

from collections.abc import Callable

from http_base.contacts import said
from http_base.schemas.organizations import ContactBody
from service.organizations.contacts import ContactSaid
from web.forms import Form, read_form
from web.keeping import is_kept


def read_contact(known: ContactSaid | None) -> Form:
    """The form of a contact, which begins with the one that is known."""
    known = known or ContactSaid()
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
    return is_kept(form, lambda: put(said(form.data)), lambda name: name.removeprefix("contact."))
