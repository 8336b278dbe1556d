"""Local sign-in codes, as the API and the pages take them: only while identity is not Firebase's.

As there a number of any country proves who somebody is, so that a guardian may live abroad; registering asks
for one of a country that is served.
"""

from flask import request

from http_base.context import now, services, session
from http_base.local_tokens import LocalTokens
from notifications.push import local
from service import errors
from service.people import sign_in
from service.platform import phones


def tokens() -> LocalTokens:
    """The issuer of local tokens. Raises NotFound while identity is Firebase's."""
    verifier = services().verifier
    if not isinstance(verifier, LocalTokens):
        raise errors.NotFound(errors.Thing.CALL)
    return verifier


def is_local() -> bool:
    """Whether people sign in by local codes here."""
    return isinstance(services().verifier, LocalTokens)


def send(phone_typed: str) -> str:
    """Send a sign-in code to a phone, of which nothing else is told; returns it in E.164.

    Raises:
        Invalid: no number. TooManyRequests.
    """
    settings = services().settings
    phone = _parse(phone_typed)
    code = sign_in.new_code(
        session(),
        phone,
        request.remote_addr or "",
        now(),
        per_phone=settings.codes_per_phone_hour,
        per_address=settings.codes_per_address_hour,
        key=settings.secret_key,
    )
    local.store_code(session(), phone, code, now())
    session().commit()
    return phone


def use(phone_typed: str, code: str) -> tuple[str, str]:
    """Use a code up; returns whose account it was for, and the phone in E.164. The try counts whatever comes.

    Raises:
        Invalid, BadCode.
    """
    phone = _parse(phone_typed)
    sign_in.count_try(session(), phone)
    session().commit()
    sign_in.use_code(session(), phone, code, now(), services().settings.secret_key)
    session().commit()
    return sign_in.subject_of(session(), phone), phone


def _parse(typed: str) -> str:
    return phones.parse_of_any_country(typed, services().settings.phone_regions[0], "phone")
