"""The main job with the generated Python client: sign in, find, sign up, be refused from afar, check in."""

import sys
from datetime import UTC, datetime
from uuid import uuid4

from tazalyq_client import AuthenticatedClient, Client
from tazalyq_client.api.attendance import check_in
from tazalyq_client.api.auth import create_token, request_code
from tazalyq_client.api.dev import list_local_messages
from tazalyq_client.api.events import list_events
from tazalyq_client.api.signups import sign_up
from tazalyq_client.models import (
    CheckInBody,
    CodeRequest,
    EventPage,
    Messages,
    PositionBody,
    PresenceShown,
    Problem,
    SignupBody,
    SignupShown,
    Token,
    TokenRequest,
)

ADDRESS, PHONE = sys.argv[1:]


def main() -> None:
    stranger = Client(base_url=ADDRESS, headers={"Accept-Language": "en"})
    request_code.sync(client=stranger, body=CodeRequest(phone=PHONE))
    messages = list_local_messages.sync(client=stranger, to=PHONE)
    assert isinstance(messages, Messages)
    code = messages.items[0].code
    assert isinstance(code, str)
    signed_in = create_token.sync(client=stranger, body=TokenRequest(phone=PHONE, code=code))
    assert isinstance(signed_in, Token)
    phone = AuthenticatedClient(base_url=ADDRESS, token=signed_in.token, headers={"Accept-Language": "en"})

    found = list_events.sync(client=phone, region="KZ-15")
    assert isinstance(found, EventPage)
    for event in found.items:
        print(f"event {event.status}: {type(event.area).__name__} {event.area.type_}")
    event = found.items[0]
    place = sign_up.sync(event.id, client=phone, body=SignupBody(companions=0))
    assert isinstance(place, SignupShown)
    print(f"signup {place.status}")

    here = event.meeting_point
    for latitude in (here.latitude + 0.1, here.latitude):
        now = datetime.now(UTC)
        position = PositionBody(latitude=latitude, longitude=here.longitude, accuracy_m=8, fixed_at=now)
        body = CheckInBody(id=uuid4(), sent_at=now, installation_id="python", position=position)
        answer = check_in.sync(event.id, client=phone, body=body)
        if isinstance(answer, Problem):
            print(f"refused {answer.code} {answer.distance_m}: {answer.detail}")
        else:
            assert isinstance(answer, PresenceShown)
            print(f"attendance {answer.status} {answer.evidence}")


main()
