"""Plays a plan against a running service, over HTTP alone, and keeps what the phones know."""

import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from tqdm import tqdm

from benchmarks.season.client import Answer, Client
from benchmarks.season.plan import ZONE, Person, Plan, PlannedEvent, Visit

T = TypeVar("T")
NATIONAL = "+77000000001"
MORNING, EVENING = time(8, 10), time(19)
MONTH, LONG_AWAY = timedelta(days=30), timedelta(days=150)
"""A record that is left alone for half a year is opened by its date of birth, and its roles rest."""

SOON, LATE, EARLY_LEAVE, LEAVE = (
    timedelta(minutes=-10),
    timedelta(minutes=25),
    timedelta(minutes=-15),
    timedelta(minutes=10),
)


@dataclass
class Account:
    """A person who has signed in at least once; 401 means to sign in again."""

    person: Person
    token: str = ""
    installation: str = ""
    registration: dict[str, Any] = field(default_factory=dict)
    seen: datetime | None = None
    signing_in: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Known:
    """What the phones know of one event."""

    event: PlannedEvent
    id: str = ""
    organization: str = ""
    version: int = 1
    going: set[int] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)
    attendance: dict[int, dict[str, Any]] = field(default_factory=dict)
    refused: int = 0
    is_cancelled: bool = False
    groups: int = 0
    declared: int = 0


class Player:
    """The phones of all people of a plan."""

    def __init__(self, plan: Plan, client: Client, threads: int) -> None:
        self.plan = plan
        self.client = client
        self.pool = ThreadPoolExecutor(threads)
        self.accounts: dict[int, Account] = {}
        self.owners: dict[int, Account] = {}
        self.organizations: dict[int, str] = {}
        self.known: dict[int, Known] = {}
        self.consents: dict[str, str] = {}
        first_day = min(event.published_on for event in plan.events)
        self.now = datetime.combine(first_day, time(0), ZONE)
        self.national = Account(Person(NATIONAL, "", "", "kk", plan.owners[0].town, timedelta(0)))

    def play(self) -> None:
        """The whole season, day by day."""
        self._set_clock(self.now)
        self.sign_in(self.national)
        self.consents = self.client.call("meta", "GET", "/v1/meta").body["consents"]
        self._all(self._found, range(len(self.plan.owners)))
        for day, held, published in tqdm(list(self.plan.days()), unit="day", mininterval=2):
            if self.national.seen is None or self.now - self.national.seen > MONTH:
                self.counts("region")
            self._hold(day, [self.known[event.number] for event in held])
            self._publish(day, [Known(event) for event in published])

    def _publish(self, day: date, known: Sequence[Known]) -> None:
        """In the evening: new events, newcomers, signups and second thoughts."""
        self._set_clock(datetime.combine(day, EVENING, ZONE))
        self.known |= {one.event.number: one for one in known}
        self._all(self._create, known)
        newcomers = {visit.person for one in known for visit in one.event.visits} - set(self.accounts)
        self._all(self._register, sorted(newcomers))
        visits = [(one, visit) for one in known for visit in one.event.visits]
        self._all(self._sign_up, [(one, visit) for one, visit in visits if visit.signs_up])
        self._all(self._withdraw, [(one, visit) for one, visit in visits if visit.cancels])
        self._all(self._ask_again, [(one, person) for one in known for person in sorted(one.waiting)])

    def _hold(self, day: date, known: Sequence[Known]) -> None:
        """In the morning the organizers speak, then people come and go."""
        self._set_clock(datetime.combine(day, MORNING, ZONE))
        self._all(self._organize, known)
        visits = [(one, visit) for one in known for visit in one.event.visits]
        for slot in sorted({one.event.slot for one in known}):
            self._play_slot(day, slot, [(one, visit) for one, visit in visits if one.event.slot == slot])
            held = [one for one in known if one.event.slot == slot and not one.is_cancelled]
            self._all(self._tell_result, held)

    def _play_slot(self, day: date, slot: int, visits: list[tuple[Known, Visit]]) -> None:
        starts_at = datetime.combine(day, time(slot), ZONE)
        ends_at = visits[0][0].event.ends_at
        coming = [(one, visit) for one, visit in visits if visit.comes and not one.is_cancelled]
        for offset, is_late in ((SOON, False), (LATE, True)):
            self._set_clock(starts_at + offset)
            self._all(self._check_in, [pair for pair in coming if pair[1].late == is_late])
        for offset, is_early in ((EARLY_LEAVE, True), (LEAVE, False)):
            self._set_clock(ends_at + offset)
            leaving = [
                (one, visit)
                for one, visit in coming
                if visit.person in one.attendance
                and not visit.forgets_to_leave
                and visit.leaves_early == is_early
            ]
            self._all(self._check_out, leaving)

    def _all(self, act: Callable[[T], None], things: Iterable[T]) -> None:
        """Do it for all, at once, and wait: nothing runs while the clock moves."""
        for _ in self.pool.map(act, things):
            pass

    def _set_clock(self, at: datetime) -> None:
        self.client.call("clock", "PUT", "/dev/clock", body={"at": at.isoformat()})
        self.now = at

    def sign_in(self, account: Account) -> None:
        """By code, as a phone does."""
        phone = account.person.phone
        self.client.call("code", "POST", "/v1/auth/codes", body={"phone": phone})
        messages = self.client.call("messages", "GET", "/dev/messages", query={"to": phone}).body["items"]
        body = {"phone": phone, "code": messages[0]["code"]}
        account.token = self.client.call("token", "POST", "/v1/auth/tokens", body=body).body["token"]

    def call(self, account: Account, name: str, method: str, path: str, **options: Any) -> Answer:
        """A call with the account's token; once more after signing in again."""
        expected = options.pop("expected", (200, 201, 202, 204))
        token = account.token
        answer = self.client.call(name, method, path, token=token, expected=(*expected, 401), **options)
        if answer.status == 401:
            with account.signing_in:
                if account.token == token:
                    self.sign_in(account)
                    self._say_who(account)
            answer = self.client.call(name, method, path, token=account.token, expected=expected, **options)
        account.seen = self.now
        return answer

    def _say_who(self, account: Account) -> None:
        """As the app asks somebody who has been away for so long."""
        if account.registration and account.seen is not None and self.now - account.seen > LONG_AWAY:
            self.client.call("say who", "PUT", "/v1/me", token=account.token, body=account.registration)

    def counts(self, group_by: str) -> dict[str, dict[str, Any]]:
        """What the national coordinator reads about all days of the season, by key."""
        days = [event.day for event in self.plan.events]
        query = {"from": min(days).isoformat(), "to": max(days).isoformat(), "group_by": group_by}
        rows = self.call(self.national, "counts", "GET", "/v1/counts", query=query).body["rows"]
        return {row["key"]: row for row in rows}

    def _register_person(self, person: Person) -> Account:
        account = Account(person, installation=f"phone-{person.phone[1:]}")
        self.sign_in(account)
        body: dict[str, Any] = {
            "display_name": person.name,
            "birth_date": person.birth_date,
            "locale": person.locale,
            "region": person.town.region_code,
            "home": {"latitude": person.town.latitude, "longitude": person.town.longitude},
            "consents": self.consents,
        }
        if person.birth_date > "2008":
            body["guardian"] = {"name": "Ата-анасы", "phone": "+77770000000"}
        account.registration = body
        self.call(account, "register", "PUT", "/v1/me", body=body)
        device = {"platform": "android", "kind": "fid", "value": account.installation, "app_version": "1.0.0"}
        self.call(account, "device", "PUT", f"/v1/me/devices/{account.installation}", body=device)
        return account

    def _register(self, number: int) -> None:
        self.accounts[number] = self._register_person(self.plan.people[number])

    def _found(self, number: int) -> None:
        owner = self.plan.owners[number]
        account = self.owners[number] = self._register_person(owner)
        body = {"name": {"kk": f"Таза {number}", "ru": f"Чистый {number}"}, "region": owner.town.region_code}
        made = self.call(account, "organization", "POST", "/v1/organizations", body=body).body
        self.organizations[number] = made["id"]
        url = f"/v1/organizations/{made['id']}/status"
        self.call(self.national, "verify", "PUT", url, body={"status": "verified"})

    def _create(self, known: Known) -> None:
        event = known.event
        account = self.owners[event.owner]
        body = {
            "id": str(uuid.uuid4()),
            "organization_id": self.organizations[event.owner],
            "title": {"kk": f"Тазалық {event.number}", "ru": f"Уборка {event.number}"},
            "kind": "cleanup",
            "starts_at": event.starts_at.isoformat(),
            "ends_at": event.ends_at.isoformat(),
            "meeting_point": {"latitude": event.town.latitude, "longitude": event.town.longitude},
            "address": event.town.name,
            "area": {"type": "circle", "radius_m": 150},
            "capacity": event.capacity,
        }
        known.id = self.call(account, "create", "POST", "/v1/events", body=body).body["id"]
        known.organization = self.organizations[event.owner]
        for number, group in enumerate(event.groups):
            announced = {"group": group.name, "category": group.category, "expected": group.expected}
            self._put_group(known, number, announced)
        known.version = self.call(account, "publish", "POST", f"/v1/events/{known.id}/publish").body[
            "version"
        ]

    def _organize(self, known: Known) -> None:
        account, url = self.owners[known.event.owner], f"/v1/events/{known.id}"
        if known.event.changed:
            change = {"version": known.version, "address": "Көпір жанында"}
            self.call(account, "change", "PATCH", url, body=change)
        if known.event.announced:
            self.call(
                account, "announce", "POST", url + "/announcements", body={"text": "Қолғап ала келіңіз"}
            )
        if known.event.cancelled:
            self.call(account, "cancel", "POST", url + "/cancel", body={"reason": "дауыл"})
            known.is_cancelled = True

    def _put_group(self, known: Known, number: int, body: dict[str, Any]) -> None:
        url = f"/v1/events/{known.id}/headcounts/{uuid.uuid5(uuid.UUID(known.id), str(number))}"
        self.call(self.owners[known.event.owner], "group", "PUT", url, body=body)

    def _tell_result(self, known: Known) -> None:
        """Once it is over: which groups came, and what came of it."""
        for number, group in enumerate(known.event.groups):
            if group.people is not None:
                self._put_group(known, number, {"group": group.name, "people": group.people, "minutes": 120})
                known.groups += 1
                known.declared += group.people
        if known.event.result is not None:
            body = {"version": 0, **known.event.result}
            url = f"/v1/events/{known.id}/result"
            self.call(self.owners[known.event.owner], "result", "PUT", url, body=body)

    def _sign_up(self, pair: tuple[Known, Visit]) -> None:
        known, visit = pair
        self._ask_again((known, visit.person))

    def _ask_again(self, pair: tuple[Known, int]) -> None:
        """Sign up, or ask how one's signup stands: the same call."""
        known, person = pair
        answer = self.call(self.accounts[person], "signup", "PUT", f"/v1/events/{known.id}/signup", body={})
        is_going = answer.body["status"] == "going"
        (known.going if is_going else known.waiting).add(person)
        (known.waiting if is_going else known.going).discard(person)

    def _withdraw(self, pair: tuple[Known, Visit]) -> None:
        known, visit = pair
        self.call(self.accounts[visit.person], "withdraw", "DELETE", f"/v1/events/{known.id}/signup")
        known.going.discard(visit.person)
        known.waiting.discard(visit.person)

    def _presence(self, account: Account, fix: Any) -> dict[str, Any]:
        phone_now = (self.now + account.person.clock_offset).isoformat()
        position = {
            "latitude": fix.latitude,
            "longitude": fix.longitude,
            "accuracy_m": fix.accuracy_m,
            "fixed_at": phone_now,
        }
        return {
            "id": str(uuid.uuid4()),
            "sent_at": phone_now,
            "installation_id": account.installation,
            "position": position,
        }

    def _check_in(self, pair: tuple[Known, Visit]) -> None:
        known, visit = pair
        account = self.accounts[visit.person]
        body, url = self._presence(account, visit.fix), f"/v1/events/{known.id}/check-ins"
        if visit.companions:
            body["companions"] = visit.companions
        answer = self.call(account, "check in", "POST", url, body=body, expected=(201, 409))
        if answer.status == 409:
            known.refused += 1
            if answer.body["code"] != "outside-area":
                self.client.unexpected.append(f"check in: {answer.body}")
            return
        known.attendance[visit.person] = answer.body
        if visit.repeats:
            again = self.call(account, "check in again", "POST", url, body=body, expected=(200,))
            if again.body != answer.body:
                self.client.unexpected.append(f"check in again: {again.body} is not {answer.body}")

    def _check_out(self, pair: tuple[Known, Visit]) -> None:
        known, visit = pair
        account = self.accounts[visit.person]
        url, body = f"/v1/events/{known.id}/check-outs", self._presence(account, visit.leave_fix)
        answer = self.call(account, "check out", "POST", url, body=body, expected=(200, 409))
        if answer.status == 200:
            known.attendance[visit.person] = answer.body
