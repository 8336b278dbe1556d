"""Who lives in the demo: people with names, and what their organizations do where."""

from dataclasses import dataclass
from datetime import date

from service.attendance.groups import Group
from service.models import EventKind, HeadcountCategory
from service.models.base import LocalizedText

NATIONAL = ("+77000000001", "Сәуле Әбілқасымқызы", date(1979, 4, 11), "KZ-71")
REGIONAL = ("+77000000002", "Ерлан Тілеубергенов", date(1984, 9, 2), "KZ-15")

FIRST_VOLUNTEER = 77_000_000_101
VOLUNTEERS: tuple[tuple[str, date, str], ...] = (
    ("Айгүл Серікқызы", date(1995, 3, 8), "kk"),
    ("Бекзат Нұрланұлы", date(1990, 6, 21), "kk"),
    ("Гүлнар Қайратқызы", date(1988, 1, 30), "kk"),
    ("Дәурен Асқарұлы", date(2001, 11, 5), "kk"),
    ("Еркін Болатұлы", date(1976, 7, 17), "kk"),
    ("Жанар Мұратқызы", date(1999, 2, 14), "kk"),
    ("Ольга Петренко", date(1985, 5, 23), "ru"),
    ("Қанат Сәкенұлы", date(1993, 12, 1), "kk"),
    ("Ләззат Өмірбекқызы", date(1969, 8, 9), "kk"),
    ("Мадина Ерланқызы", date(2011, 4, 4), "kk"),
    ("Нұрлан Әділұлы", date(1997, 10, 12), "kk"),
    ("Сергей Ковалёв", date(1982, 3, 3), "ru"),
    ("Әсем Қуанышқызы", date(2003, 9, 19), "kk"),
    ("Тимур Рахимов", date(2010, 6, 6), "ru"),
    ("Ұлжан Бақытқызы", date(1992, 1, 7), "kk"),
    ("Анна Шмидт", date(1996, 11, 28), "ru"),
    ("Шыңғыс Темірханұлы", date(1987, 2, 2), "kk"),
    ("Іңкәр Даниярқызы", date(2000, 7, 15), "kk"),
    ("Абылай Жомартұлы", date(2009, 12, 25), "kk"),
    ("Ирина Волкова", date(1974, 4, 18), "ru"),
    ("Балнұр Ғалымқызы", date(1998, 5, 31), "kk"),
    ("Ғани Тоқтарұлы", date(1989, 8, 8), "kk"),
    ("Дмитрий Лебедев", date(1994, 10, 10), "ru"),
    ("Зере Арманқызы", date(2002, 3, 22), "kk"),
    ("Камила Юсупова", date(1991, 6, 16), "ru"),
    ("Мирас Олжасұлы", date(2011, 1, 11), "kk"),
    ("Назерке Сырымқызы", date(1986, 9, 27), "kk"),
    ("Өркен Маратұлы", date(1978, 12, 12), "kk"),
    ("Perizat Amanova", date(2004, 2, 29), "en"),
    ("Рүстем Қасымов", date(1983, 7, 7), "kk"),
)
"""By turns of KZ-15 and of KZ-75; some of them minors, whose parent is GUARDIAN."""

GUARDIAN = ("Гүлшат Әбенова", "+77011112233")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to clean up: its address as people say it, and the middle of it."""

    address: LocalizedText
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Work:
    """What is done there."""

    kind: EventKind
    title: LocalizedText
    bring: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organizer:
    """An organization of the demo, its owner and the places where it works; the first is the meeting point of
    the event that is open now. `number`: of its id; `bin`: None where it gave none."""

    number: int
    phone: str
    owner: str
    born: date
    region_code: str
    name: LocalizedText
    spots: tuple[Spot, ...]
    bin: str | None = None


AKTOBE = Organizer(
    1,
    "+77000000003",
    "Мейрамгүл Ысқақова",
    date(1981, 5, 5),
    "KZ-15",
    {"kk": "Таза Ақтөбе", "ru": "Чистый Актобе", "en": "Clean Aktobe"},
    (
        Spot(
            {
                "kk": "Ақтөбе, Әбілқайыр хан даңғылы, орталық саябақ",
                "ru": "Актобе, проспект Абилкайыр хана, центральный парк",
                "en": "Aktobe, Abilkaiyr Khan Avenue, central park",
            },
            50.27969,
            57.20718,
        ),
        Spot(
            {
                "kk": "Ақтөбе, Елек өзенінің жағасы, жаяу жүргіншілер көпірі",
                "ru": "Актобе, берег Илека, пешеходный мост",
                "en": "Aktobe, bank of the Ilek, footbridge",
            },
            50.2921,
            57.1472,
        ),
        Spot(
            {
                "kk": "Қандыағаш, теміржол вокзалының алаңы",
                "ru": "Кандыагаш, привокзальная площадь",
                "en": "Kandyagash, railway station square",
            },
            49.46917,
            57.41865,
        ),
    ),
)
ALMATY = Organizer(
    2,
    "+77000000004",
    "Арман Сейітқали",
    date(1990, 10, 20),
    "KZ-75",
    {"kk": "Таза Алматы", "ru": "Чистый Алматы", "en": "Clean Almaty"},
    (
        Spot(
            {
                "kk": "Алматы, Есентай өзенінің жағасы, Әл-Фараби даңғылы",
                "ru": "Алматы, берег Есентая, проспект Аль-Фараби",
                "en": "Almaty, bank of the Esentai, Al-Farabi Avenue",
            },
            43.2186,
            76.9279,
        ),
        Spot(
            {
                "kk": "Алматы, Тұңғыш Президент саябағы",
                "ru": "Алматы, парк Первого Президента",
                "en": "Almaty, First President's Park",
            },
            43.1865,
            76.8865,
        ),
        Spot(
            {
                "kk": "Алматы, Сайран көлінің жағасы",
                "ru": "Алматы, берег озера Сайран",
                "en": "Almaty, shore of Lake Sairan",
            },
            43.2409,
            76.8603,
        ),
    ),
)
WAITING = Organizer(
    3,
    "+77000000005",
    "Дина Төлегенова",
    date(1994, 2, 17),
    "KZ-15",
    {"kk": "Жасыл Елек", "ru": "Зелёный Илек", "en": "Green Ilek"},
    (),
    "260440012347",
)
"""Waits for the coordinator of KZ-15."""
ASKED = Organizer(
    4,
    WAITING.phone,
    WAITING.owner,
    WAITING.born,
    "KZ-15",
    {"kk": "Жасыл Қарғалы", "ru": "Зелёная Каргала", "en": "Green Kargaly"},
    (),
)
"""Was asked something by that coordinator."""

BANK = Work(
    EventKind.WATER_BODY,
    {"kk": "Өзен жағасын тазалау", "ru": "Уборка берега реки", "en": "River bank clean-up"},
    ("қолғап", "резеңке етік"),
)
PARK = Work(
    EventKind.CLEANUP,
    {"kk": "Саябақтағы сенбілік", "ru": "Субботник в парке", "en": "Park clean-up"},
    ("қолғап", "тырма"),
)
TREES = Work(
    EventKind.TREE_PLANTING,
    {"kk": "Ағаш отырғызу", "ru": "Посадка деревьев", "en": "Tree planting"},
    ("күрек", "су"),
)
SORTING = Work(
    EventKind.RECYCLING,
    {"kk": "Пластик жинау күні", "ru": "День сбора пластика", "en": "Plastic collection day"},
    (),
)
ROUND_THE_CLOCK = Work(
    EventKind.OTHER,
    {"kk": "Тәулік бойғы штаб", "ru": "Круглосуточный штаб", "en": "Round-the-clock headquarters"},
    (),
)

GROUPS = (
    Group("№21 мектеп, 7-А сыныбы", 25, 90, HeadcountCategory.SCHOOL, 27),
    Group("«Ақтөбе су-энергия тобы» АҚ", 40, 120, HeadcountCategory.BUSINESS, 40),
    Group("Қала әкімдігінің аппараты", 18, 120, HeadcountCategory.STATE, 20),
)
"""Collectives that were expected, and came."""
