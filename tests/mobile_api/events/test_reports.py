"""Reports of events: from a volunteer to the region's coordinators."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from service.models import Volunteer
from tests.makers import make_coordinator, make_event, make_volunteer

Login = Callable[[Volunteer], dict[str, str]]


def test_from_a_report_to_its_end(client: FlaskClient, session: Session, login: Login) -> None:
    event, person = make_event(session), make_volunteer(session)
    regional, other = make_coordinator(session, "KZ-15"), make_coordinator(session, "KZ-75")
    url = f"/v1/events/{event.id}/reports"
    for reason in ("Ақша сұрайды", "Ақша сұрайды, мекенжай жоқ"):
        answer = client.post(url, json={"reason": reason}, headers=login(person))
        assert answer.status_code == 202
    (report,) = client.get("/v1/reports", headers=login(regional)).json["items"]
    assert (report["reason"], report["event_id"]) == ("Ақша сұрайды, мекенжай жоқ", str(event.id))
    assert client.get("/v1/reports", headers=login(other)).json["items"] == []
    assert client.get("/v1/reports", headers=login(person)).status_code == 403
    end = f"/v1/reports/{report['id']}"
    body = {"resolution": "Ұйымдастырушымен сөйлестік"}
    assert client.put(end, json=body, headers=login(other)).status_code == 403
    assert client.put(end, json=body, headers=login(regional)).json["resolution"] == body["resolution"]
    assert client.get("/v1/reports", headers=login(regional)).json["items"] == []
    client.post(url, json={"reason": "Тағы да"}, headers=login(person))
    assert len(client.get("/v1/reports?region=KZ-15", headers=login(regional)).json["items"]) == 1


def test_what_cannot_be_reported(client: FlaskClient, session: Session, login: Login) -> None:
    draft, person = make_event(session, status="draft"), make_volunteer(session)
    url = f"/v1/events/{draft.id}/reports"
    assert client.post(url, json={"reason": "?"}, headers=login(person)).status_code == 404
    event = make_event(session)
    url = f"/v1/events/{event.id}/reports"
    assert client.post(url, json={"reason": " "}, headers=login(person)).status_code == 422
    assert (
        client.put(f"/v1/reports/{event.id}", json={"resolution": "x"}, headers=login(person)).status_code
        == 404
    )
