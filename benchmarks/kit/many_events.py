"""Events by the hundred thousand: titles, places and organizations as people name them, in towns by size.

They lie on the days of a season (most of them on weekends from April to June and in September and October),
round the towns of the gazetteer, closer to their middles than to their edges.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

import h3
import psycopg

from benchmarks.kit import demo_rows
from service.geography import places
from service.geography.places import Place
from service.models import EventKind

ORGANIZATIONS = 2_000
TOWN_KM, DEGREE_KM = 5.0, 111.2
MONTHS = (1, 1, 3, 10, 10, 6, 4, 4, 9, 10, 4, 1)
WEEKDAYS = (1, 1, 1, 1, 2, 8, 5)
KINDS = (40, 20, 15, 10, 10, 5)

WORKS = (
    ("{} сенбілігі", "Субботник: {}"), ("{} тазалау", "Уборка: {}"), ("{}: ағаш отырғызу", "Посадка: {}"),
    ("{} маңын тазарту", "Чистим {}"), ("Пластик жинау күні: {}", "День сбора пластика: {}"),
    ("Таза Қазақстан: {}", "Таза Қазақстан: {}"), ("{} – жастар акциясы", "Молодёжная акция: {}"),
    ("Экологиялық сабақ: {}", "Экологический урок: {}"),
)  # fmt: skip
SPOTS = (
    ("орталық саябақ", "центральный парк"), ("өзен жағасы", "берег реки"), ("мектеп ауласы", "двор школы"),
    ("көл жағасы", "берег озера"), ("теміржол вокзалы", "железнодорожный вокзал"), ("стадион", "стадион"),
    ("тоғай", "роща"), ("аурухана маңы", "территория больницы"), ("базар алаңы", "площадь рынка"),
    ("тұрғын үй ауласы", "двор жилого дома"), ("ескерткіш", "памятник"), ("су қоймасы", "водохранилище"),
)  # fmt: skip
STREETS = (
    "Абай", "Сәтбаев", "Әл-Фараби", "Назарбаев", "Төле би", "Қазыбек би", "Әйтеке би", "Бөгенбай батыр",
    "Қабанбай батыр", "Жамбыл", "Мәметова", "Молдағұлова", "Әуезов", "Байтұрсынұлы", "Дулатов", "Бөкейхан",
    "Шоқай", "Сейфуллин", "Желтоқсан", "Республика", "Бейбітшілік", "Кенесары", "Иманов", "Ғабдуллин",
    "Жангелдин", "Шәкәрім", "Құрманғазы", "Тәуелсіздік", "Достық", "Райымбек", "Панфилов", "Гоголь", "Пушкин",
    "Лермонтов", "Ломоносов", "Гагарин", "Есенберлин", "Сүйінбай", "Тұран", "Ұлы Дала", "Сарыарқа",
    "Алаш", "Рысқұлов", "Жандосов", "Розыбакиев", "Ганди", "Утепов", "Тимирязев", "Бұқар жырау", "Ермеков",
    "Құнанбаев", "Мұқанов", "Майлин", "Жансүгіров", "Торайғыров", "Естай", "Қамзин", "Кутузов", "Ауэзова",
)  # fmt: skip
GROUPS = (
    "Жасыл қала",
    "Таза жер",
    "Еріктілер",
    "Жас дала",
    "Эко Нұр",
    "Болашақ",
    "Көк аспан",
    "Тұлпар",
    "Мейірім",
)
FORMS = ("қоғамдық бірлестігі", "волонтёрлік орталығы", "мектебі", "университеті", "жастар ұйымы")

STAGED = (
    "number int, organization int, title jsonb, address text, names jsonb, search text, kind text, day date,"
    " starts_at timestamptz, latitude float8, longitude float8, cell bigint, region_code text"
)
_ORGANIZATIONS = """
    INSERT INTO organization
    SELECT made.*
    FROM (SELECT organization AS one FROM organization WHERE status = 'verified' LIMIT 1) AS template,
        unnest(%(names)s::text[], %(searches)s::text[], %(regions)s::text[]) WITH ORDINALITY
            AS named(name, search, region_code, number),
        jsonb_populate_record(one, jsonb_build_object(
            'id', lpad(to_hex(number - 1), 8, '0') || '-0000-7000-8000-00000000000d',
            'name', jsonb_build_object('kk', name), 'search', named.search,
            'region_code', named.region_code)) AS made
"""
_EVENTS = """
    INSERT INTO event
    SELECT made.* FROM (SELECT event AS one FROM event WHERE status = 'published' LIMIT 1) AS template,
        staged JOIN organization
            ON organization.id = (lpad(to_hex(organization), 8, '0') || '-0000-7000-8000-00000000000d')::uuid,
        jsonb_populate_record(one, jsonb_build_object(
            'id', lpad(to_hex(number), 8, '0') || '-0000-7000-8000-00000000000e',
            'organization_id', organization.id, 'title', title, 'address', address, 'address_names', names,
            'search', staged.search, 'organization_search', organization.search, 'kind', staged.kind,
            'words', event_words(staged.starts_at, staged.region_code, NULL,
                staged.search || ' ' || organization.search)::text,
            'day', staged.day, 'starts_at', staged.starts_at,
            'ends_at', staged.starts_at + interval '3 hours',
            'latitude', staged.latitude, 'longitude', staged.longitude, 'cell', staged.cell,
            'region_code', staged.region_code, 'district_code', NULL, 'series_id', NULL,
            'going', 0, 'waitlisted', 0, 'offered', 0)) AS made
"""


def load(database_url: str, events: int, first: date, last: date, seed: int = 1) -> None:
    """Fill a migrated, empty database with so many published events that start on these days."""
    demo_rows.load(database_url).dispose()
    random = Random(seed)
    towns = _Towns()
    with psycopg.connect(database_url, options="-c timezone=UTC") as connection:
        owners = [towns.any(random) for _ in range(ORGANIZATIONS)]
        names = [f"«{random.choice(GROUPS)}» {_called(town)} {random.choice(FORMS)}" for town in owners]
        # What is written here is whole: nothing has to be looked up or made for each row.
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            _ORGANIZATIONS,
            {
                "names": names,
                "searches": [places.fold(name) for name in names],
                "regions": [town.region_code for town in owners],
            },
        )
        connection.execute(f"CREATE TEMP TABLE staged ({STAGED})")
        with connection.cursor().copy("COPY staged FROM STDIN") as copy:
            for row in _rows(random, towns, events, _days(first, last)):
                copy.write_row(row)
        connection.execute("DROP INDEX ix_event_words")
        connection.execute(_EVENTS)
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        connection.execute("CREATE INDEX ix_event_words ON event USING gin (words) WITH (fastupdate = off)")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE event")


class _Towns:
    """The gazetteer's towns, each as likely as it is large."""

    def __init__(self) -> None:
        self.all: Sequence[Place] = places.all_places()
        self._up_to = list(accumulate(max(town.population, 1_000) for town in self.all))

    def any(self, random: Random) -> Place:
        (town,) = random.choices(self.all, cum_weights=self._up_to)
        return town


def _days(first: date, last: date) -> tuple[list[date], list[int]]:
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return days, list(accumulate(MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] for day in days))


def _rows(
    random: Random, towns: _Towns, events: int, days: tuple[list[date], list[int]]
) -> Iterator[tuple[object, ...]]:
    kinds = [str(kind) for kind in EventKind]
    for number in range(events):
        town, (day,) = towns.any(random), random.choices(days[0], cum_weights=days[1])
        work, spot, street = random.choice(WORKS), random.choice(SPOTS), random.choice(STREETS)
        title = {"kk": work[0].format(spot[0]), "ru": work[1].format(spot[1])}
        house = random.randrange(1, 200)
        names = {
            "kk": f"{_called(town)}, {street} көшесі, {house}",
            "ru": f"{_called(town, 'ru')}, улица {street}, {house}",
        }
        km = abs(random.gauss(0, TOWN_KM))
        latitude = town.latitude + km / DEGREE_KM * random.uniform(-1, 1)
        longitude = town.longitude + km / DEGREE_KM * 1.5 * random.uniform(-1, 1)
        search = places.fold(" ".join([*title.values(), names["kk"], *names.values()]))
        (kind,) = random.choices(kinds, weights=KINDS)
        starts_at = datetime.combine(day, time(3 + random.randrange(8), random.choice((0, 30))), UTC)
        yield (
            number, random.randrange(ORGANIZATIONS), json.dumps(title), names["kk"],
            json.dumps(names), search, kind, day, starts_at, latitude, longitude,
            h3.str_to_int(h3.latlng_to_cell(latitude, longitude, 11)), town.region_code,
        )  # fmt: skip


def _called(town: Place, language: str = "kk") -> str:
    return town.names.get(language) or town.name
