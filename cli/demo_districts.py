"""Last week in the districts of KZ-15: who came together where, once in a place that no outline holds."""

from dataclasses import dataclass
from datetime import time

from cli.demo_people import BANK, PARK, SORTING, TREES, Spot, Work
from service.attendance.groups import Group
from service.models import HeadcountCategory


@dataclass(frozen=True, slots=True)
class Held:
    """An event of last week: `day` counts its free days, `first` and `people` say who of the region came.

    `group`: a collective that came as well; `has_result`: whether its organizer has said what came of it.
    """

    spot: Spot
    work: Work
    day: int
    at: time
    first: int
    people: int
    group: Group | None = None
    has_result: bool = True


def _spot(kk: str, ru: str, en: str, latitude: float, longitude: float) -> Spot:
    return Spot({"kk": kk, "ru": ru, "en": en}, latitude, longitude)


HELD = (
    Held(
        _spot("Алға, стадион маңы", "Алга, у стадиона", "Alga, by the stadium", 49.8986, 57.3279),
        PARK, 0, time(15), 0, 6, Group("Алға №2 мектебі, 9-Б сыныбы", 22, 120, HeadcountCategory.SCHOOL),
    ),
    Held(
        _spot("Хромтау, қалалық саябақ", "Хромтау, городской парк", "Khromtau, town park", 50.2516, 58.4357),
        TREES, 0, time(16), 7, 5, Group("Дөң тау-кен комбинаты", 60, 120, HeadcountCategory.BUSINESS),
    ),
    Held(
        _spot(
            "Мәртөк, Елек жағасы", "Мартук, берег Илека", "Martuk, bank of the Ilek", 50.7475, 56.5061
        ),
        BANK, 1, time(15), 0, 5,
    ),
    Held(
        _spot("Қобда, орталық алаң", "Кобда, центральная площадь", "Kobda, central square", 50.1493, 55.6689),
        PARK, 1, time(16), 7, 4, Group("Қобда ауданы әкімінің аппараты", 14, 120, HeadcountCategory.STATE),
    ),
    Held(
        _spot("Бадамша, мектеп ауласы", "Бадамша, школьный двор", "Badamsha, school yard", 50.5618, 58.2772),
        TREES, 2, time(15), 0, 7, Group("Бадамша мектебі, 8-А сыныбы", 19, 120, HeadcountCategory.SCHOOL),
    ),
    Held(
        _spot(
            "Шұбарқұдық, вокзал маңы", "Шубаркудук, у вокзала", "Shubarkuduk, by the station", 49.1439, 56.482
        ),
        SORTING, 2, time(16), 8, 4,
    ),
    Held(
        _spot("Шалқар, көл жағасы", "Шалкар, берег озера", "Shalkar, shore of the lake", 47.8315, 59.6193),
        BANK, 3, time(15), 0, 4, Group("Шалқар теміржолшылары", 35, 120, HeadcountCategory.BUSINESS),
    ),
    Held(
        _spot("Ойыл, өзен жағасы", "Уил, берег реки", "Oiyl, bank of the river", 49.0725, 54.663),
        BANK, 3, time(16), 7, 3,
    ),
    Held(
        _spot("Ырғыз, өзен жағасы", "Иргиз, берег реки", "Yrgyz, bank of the river", 48.6196, 61.2607),
        BANK, 4, time(15), 0, 3, has_result=False,
    ),
    Held(
        _spot(
            "Елек өзенінің төменгі ағысы, облыс шекарасы",
            "Низовья Илека, граница области",
            "Lower Ilek, at the region's border",
            50.9652,
            54.724,
        ),
        BANK, 4, time(16), 7, 4,
    ),
)  # fmt: skip
"""The last one is 8 km from every district's outline: it counts without one."""
