"""The settings: one frozen object, read once from the environment; a wrong value is named with its cure."""

import dataclasses
import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import SplitResult, urlsplit

import fsspec
import phonenumbers
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from service.platform.thresholds import Thresholds

T = TypeVar("T")

MIN_SECRET_LENGTH = 32
DEVELOPMENT_SECRET = "development only: never signs anything that leaves this machine"  # noqa: S105 - says so


READ_BY_LIBRARIES = (
    "FIREBASE_AUTH_EMULATOR_HOST",
    "FIREBASE_CONFIG",
    "FLASK_DEBUG",
    "GCLOUD_PROJECT",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_QUOTA_PROJECT",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
)
"""What firebase-admin, google-auth, requests and Flask read by themselves; libpq reads PG…"""

HARMFUL_TO_PRODUCTION = {
    "FIREBASE_AUTH_EMULATOR_HOST": "it lets forged tokens in",
    "FLASK_DEBUG": "it shows the insides of the service to everybody",
    "PGHOSTADDR": "libpq takes it over the host of DATABASE_URL",
    "PGSERVICE": "libpq takes what it names for a part of DATABASE_URL",
}


class SecondFactorMode(StrEnum):
    """Whose powers the second factor guards."""

    REQUIRED = "required"
    PAGES = "pages"
    """On pages alone: while a field app cannot ask for it yet."""

    OFF = "off"


class SettingsError(Exception):
    """One line for each wrong setting, each with the way to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(
            "The settings are not right:\n" + "\n".join(f"  - {problem}" for problem in problems)
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set. The README names each environment variable."""

    development: bool
    port: int
    data_dir: Path
    secret_key: str
    second_factor: SecondFactorMode
    database_url: str | None
    database_read_url: str | None
    firebase_project_id: str | None
    firebase_web_api_key: str | None
    firebase_auth_domain: str | None
    google_application_credentials: str | None
    auth_emulator: str | None
    app_check_required: bool
    app_check_app_ids: tuple[str, ...]
    ratelimit_storage_uri: str
    phone_regions: tuple[str, ...]
    min_age: int
    lowest_app_version: str
    offers_app_version: str | None
    trusted_proxies: int
    requests_per_minute: int
    codes_per_phone_hour: int
    codes_per_address_hour: int
    code_tries_per_hour: int
    web_workers: int
    web_threads: int
    worker_concurrency: int
    worker_pool: int
    push_threads: int
    push_lease_s: int
    web_app_url: str | None
    public_url: str
    trusted_hosts: tuple[str, ...]
    push_per_second: int
    metrics_token: str | None
    files_url: str
    geocoder_url: str | None
    waste_bag_t: float
    waste_m3_t: float
    thresholds: Thresholds = field(default_factory=Thresholds)


def read(environment: Mapping[str, str]) -> Settings:
    """Read and check the environment.

    Raises:
        SettingsError: naming every wrong value at once.
    """
    reader = _Reader(environment)
    development = reader.choice("TAZALYQ_ENV", ("production", "development"), "production") == "development"
    port = reader.number("PORT", 8000, int, lowest=1, highest=65_535)
    public_url = reader.origin("PUBLIC_URL", ("http", "https") if development else ("https",))
    data_dir = Path(reader.text("TAZALYQ_DATA_DIR") or "var")
    settings = Settings(
        development=development,
        port=port,
        data_dir=data_dir,
        secret_key=reader.text("SECRET_KEY") or (DEVELOPMENT_SECRET if development else ""),
        second_factor=reader.second_factor(development=development),
        database_url=reader.url("DATABASE_URL", ("postgres", "postgresql", "postgresql+psycopg")),
        database_read_url=reader.url("DATABASE_READ_URL", ("postgres", "postgresql", "postgresql+psycopg")),
        firebase_project_id=reader.text("FIREBASE_PROJECT_ID"),
        firebase_web_api_key=reader.text("FIREBASE_WEB_API_KEY"),
        firebase_auth_domain=reader.host("FIREBASE_AUTH_DOMAIN"),
        google_application_credentials=reader.existing_file("GOOGLE_APPLICATION_CREDENTIALS"),
        auth_emulator=reader.text("FIREBASE_AUTH_EMULATOR_HOST"),
        app_check_required=reader.choice("APP_CHECK", ("checked", "required"), "checked") == "required",
        app_check_app_ids=reader.names("APP_CHECK_APP_IDS"),
        ratelimit_storage_uri=reader.limits_storage("RATELIMIT_STORAGE_URI") or "memory://",
        phone_regions=reader.phone_regions("PHONE_REGIONS", ("KZ",)),
        min_age=reader.number("MIN_AGE", 14, int, lowest=0, highest=18),
        lowest_app_version=reader.text("LOWEST_APP_VERSION") or "1.0.0",
        offers_app_version=reader.app_version("OFFERS_APP_VERSION"),
        trusted_proxies=reader.number("TRUSTED_PROXIES", 0, int, lowest=0, highest=10),
        requests_per_minute=reader.number("REQUESTS_PER_MINUTE", 6_000, int, lowest=1),
        # Who tries the demo signs the same people in again and again.
        codes_per_phone_hour=reader.number("CODES_PER_PHONE_HOUR", 1000 if development else 5, int, lowest=1),
        codes_per_address_hour=reader.number("CODES_PER_ADDRESS_HOUR", 2_000, int, lowest=1),
        code_tries_per_hour=reader.number("CODE_TRIES_PER_HOUR", 10, int, lowest=1),
        web_workers=reader.number("WEB_WORKERS", 2, int, lowest=1, highest=256),
        web_threads=reader.number("WEB_THREADS", 8, int, lowest=1, highest=256),
        worker_concurrency=reader.number("WORKER_CONCURRENCY", 4, int, lowest=1, highest=64),
        worker_pool=reader.number("WORKER_POOL", 6, int, lowest=2, highest=256),
        push_threads=reader.number("PUSH_THREADS", 48, int, lowest=1, highest=64),
        push_lease_s=reader.number("PUSH_LEASE_S", 15, int, lowest=1, highest=3_600),
        web_app_url=(reader.url("WEB_APP_URL", ("https",)) or "").rstrip("/") or None,
        public_url=public_url or f"http://127.0.0.1:{port}",
        trusted_hosts=reader.names("TRUSTED_HOSTS") or _hosts_of(public_url),
        push_per_second=reader.number("PUSH_PER_SECOND", 500, int, lowest=0, highest=10_000),
        metrics_token=reader.token("METRICS_TOKEN"),
        files_url=reader.files("FILES_URL") or (data_dir.absolute() / "files").as_uri(),
        geocoder_url=reader.url("GEOCODER_URL", ("https", "http")),
        waste_bag_t=reader.number("WASTE_BAG_T", 0.01, float, lowest=0.001, highest=1),
        waste_m3_t=reader.number("WASTE_M3_T", 0.2, float, lowest=0.001, highest=10),
        thresholds=reader.thresholds(),
    )
    if not development:
        reader.require_for_production()
    if reader.problems:
        raise SettingsError(reader.problems)
    return settings


def _hosts_of(public_url: str | None) -> tuple[str, ...]:
    """Where nothing else is said, the only host is that of our own address; in development any is."""
    found = _split(public_url or "")
    return (found.hostname,) if found and found.hostname else ()


def put_back(environment: MutableMapping[str, str]) -> None:
    """Let libraries read what we have understood: values without blanks around them, none that is blank."""
    for name in [name for name in environment if name.upper() in READ_BY_LIBRARIES or name.startswith("PG")]:
        value = environment[name].strip()
        if value:
            environment[name] = value
        else:
            del environment[name]


def _split(address: str) -> SplitResult | None:
    """The parts of an address that has a host; None of any other, or of what is none at all."""
    try:
        found = urlsplit(address)
        return found if found.hostname and found.port != 0 else None
    except ValueError:
        return None


class _Reader:
    """Reads one value after the other and collects what is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or None

    def token(self, name: str) -> str | None:
        """A secret that nobody guesses."""
        value = self.text(name)
        if value is not None and len(value) < MIN_SECRET_LENGTH:
            self.problems.append(f"{name} is too short: give at least {MIN_SECRET_LENGTH} characters.")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name) or default
        if value in allowed:
            return value
        self.problems.append(f"{name} is {value!r}: set it to one of {', '.join(allowed)}.")
        return default

    def second_factor(self, *, development: bool) -> SecondFactorMode:
        allowed = [mode for mode in SecondFactorMode if development or mode != SecondFactorMode.OFF]
        default = SecondFactorMode.OFF if development else SecondFactorMode.REQUIRED
        return SecondFactorMode(self.choice("SECOND_FACTOR", tuple(allowed), default))

    def number(
        self,
        name: str,
        default: T,
        parse: Callable[[str], T],
        *,
        lowest: float = 0,
        highest: float = 1_000_000,
    ) -> T:
        raw = self.text(name)
        if raw is None:
            return default
        try:
            value = parse(raw)
            if lowest <= float(raw) <= highest:
                return value
        except ValueError:
            pass
        self.problems.append(f"{name} is {raw!r}: set it to a number from {lowest:g} to {highest:g}.")
        return default

    def url(self, name: str, schemes: tuple[str, ...]) -> str | None:
        value = self.text(name)
        # By its beginning alone: a password may have any sign, and who connects reads the rest.
        if value is not None and value.partition("://")[0] not in schemes:
            self.problems.append(f"{name} is not an address: start it with {schemes[0]}://")
            return None
        return value

    def origin(self, name: str, schemes: tuple[str, ...]) -> str | None:
        """An address without path: what others are put behind."""
        value = (self.text(name) or "").rstrip("/") or None
        if value is None:
            return None
        found = _split(value)
        if found and found.scheme in schemes and value == f"{found.scheme}://{found.netloc}":
            return value
        self.problems.append(
            f"{name} is {value!r}: set it to scheme and host alone, {schemes[-1]}://api.example"
        )
        return None

    def files(self, name: str) -> str | None:
        """Where files lie: an address that fsspec knows how to open."""
        value = self.text(name)
        if value is None:
            return None
        scheme = value.partition(":")[0]
        if scheme not in fsspec.available_protocols():
            self.problems.append(
                f"{name} is not the address of a folder: file:///srv/tazalyq, s3://bucket/path."
            )
            return None
        try:
            fsspec.get_filesystem_class(scheme)
        except ImportError as error:
            self.problems.append(f"{name}: {scheme} asks for a package that is not installed ({error}).")
            return None
        return value

    def app_version(self, name: str) -> str | None:
        """The version of an app, from its first number on."""
        value = self.text(name)
        if value is None or re.fullmatch(r"\d{1,9}(\.\d{1,9})*", value, re.ASCII):
            return value
        self.problems.append(f"{name} is {value!r}: set it to the version of an app, 2.3.0")
        return None

    def host(self, name: str) -> str | None:
        """A host alone: it stands in a page's policy."""
        value = self.text(name)
        if value is None or re.fullmatch(r"[a-z0-9.-]+", value):
            return value
        self.problems.append(f"{name} is {value!r}: set it to a host alone, project.firebaseapp.com")
        return None

    def existing_file(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not Path(value).is_file():
            self.problems.append(
                f"{name}: there is no file {value}; give the path of the service account's JSON key."
            )
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """Names as they are written, between commas or spaces."""
        return tuple((self.text(name) or "").replace(",", " ").split())

    def phone_regions(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(one.upper() for one in self.names(name))
        if wrong := [one for one in found if one not in phonenumbers.SUPPORTED_REGIONS]:
            self.problems.append(
                f"{name}: {', '.join(wrong)} is no country of two letters, as in KZ or KZ,KG."
            )
        return found or default

    def limits_storage(self, name: str) -> str | None:
        """Where limits are counted: an address that the library of limits knows; nobody is asked yet."""
        value = self.text(name)
        if value is not None:
            try:
                storage_from_string(value)
            except (ConfigurationError, ValueError):
                self.problems.append(
                    f"{name} is no address of a storage: redis://host:6379/0, or memory:// for one process."
                )
        return value

    def thresholds(self) -> Thresholds:
        """Each rule of presence can be set: near_m is PRESENCE_NEAR_M, and so on."""
        # By its annotation: a default of 100 metres is a whole number, its setting need not be.
        parsers = get_type_hints(Thresholds)
        values: dict[str, Any] = {
            name: self.number(f"PRESENCE_{name.upper()}", default, parsers[name])
            for name, default in dataclasses.asdict(Thresholds()).items()
        }
        return Thresholds(**values)

    def require_for_production(self) -> None:
        """Production never falls back: neither to a database of its own nor to local sign-in codes."""
        cures = {
            "DATABASE_URL": "the address of a PostgreSQL 15 or newer, postgresql://user:password@host/name",
            "SECRET_KEY": f"at least {MIN_SECRET_LENGTH} random characters, e.g. from `openssl rand -hex 32`",
            "FIREBASE_PROJECT_ID": "the id of the Firebase project whose tokens phones bring",
            "GOOGLE_APPLICATION_CREDENTIALS": "the path of the service account's JSON key",
            "PUBLIC_URL": "the address that people reach the service at, https://api.example",
        }
        self.problems += [
            f"{name} is missing: set it to {cure} (or TAZALYQ_ENV=development on your own machine)."
            for name, cure in cures.items()
            if self.text(name) is None
        ]
        secret = self.text("SECRET_KEY")
        if secret is not None and len(secret) < MIN_SECRET_LENGTH:
            self.problems.append(f"SECRET_KEY is too short: set it to {cures['SECRET_KEY']}.")
        self.problems += [
            f"{name} is set: {harm}; unset it in production."
            for name, harm in HARMFUL_TO_PRODUCTION.items()
            if self.environment.get(name)  # raw, as the library reads it: a blank is a value
        ]
