"""What all of a coordinator's pages stand in: the region that they look at, the sections, what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flask import Response, request

from http_base.context import actor, locale, own_name, session
from service import errors
from service.access import Actor, require_coordinator
from service.geography import regions
from service.geography.regions import Region
from service.models.base import localized
from service.rulings import waiting
from service.rulings.waiting import Queue, Waiting
from web import formats
from web.addresses import to
from web.forms import Form
from web.pages import PLAIN, How, render
from web.templating import text

SECTIONS = {
    "home": "coordinator-home.show",
    "report": "coordinator-report.show",
    "events": "coordinator-events.show_all",
    "organizations": "coordinator-organizations.show_all",
    "reviews": "coordinator-reviews.show_all",
    "people": "coordinator-people.show_all",
}
"""Each section of the desk, and its first page, in the order of the tabs."""

WAITING_IN = {"organizations": (Waiting.ORGANIZATIONS,), "reviews": (Waiting.REVIEWS, Waiting.APPEALS)}
"""What is decided in a section."""


@dataclass(frozen=True, slots=True)
class Desk:
    """`region`: None for all that the actor coordinates; `regions`: among which they can choose, by name.

    `waits`: what waits for this very coordinator there.
    """

    section: str
    who: str
    region: Region | None
    regions: Sequence[Region]
    waits: Mapping[Waiting, Queue]

    @property
    def region_code(self) -> str | None:
        return None if self.region is None else self.region.code

    @property
    def name(self) -> str | None:
        """Of the region, in the page's language."""
        return None if self.region is None else localized(self.region.names, locale())

    @property
    def named_regions(self) -> list[tuple[str, str]]:
        """(code, name) of each of the regions, in the page's language."""
        language = locale()
        return [(region.code, localized(region.names, language)) for region in self.regions]

    @property
    def chosen(self) -> dict[str, str]:
        """What of the address says which region it is; nothing where there is but one."""
        return {"region": self.region.code} if self.region is not None and len(self.regions) > 1 else {}

    def to(self, page: str, **values: object) -> str:
        """The address of another page of the desk, of the same region."""
        return to(page, **(self.chosen | values))

    @property
    def tabs(self) -> list[tuple[str, str, bool, int]]:
        """(section, href, current, waiting) of each section."""
        return [
            (
                section,
                self.to(page),
                section == self.section,
                sum(self.waits[what].number for what in WAITING_IN.get(section, ())),
            )
            for section, page in SECTIONS.items()
        ]


def region_of(caller: Actor) -> Region | None:
    """The region that the address asks for, else the only one of the coordinator; None for all of theirs.

    Raises:
        Forbidden: none of theirs, or not a coordinator. Invalid: no such region.
    """
    require_coordinator(caller)
    asked = request.args.get("region", "")
    if not asked:
        return regions.get(next(iter(caller.regions))) if len(caller.regions) == 1 else None
    found = regions.get(asked)
    if found is None:
        raise unchosen(caller)
    if not caller.coordinates(found.code):
        raise errors.Forbidden()
    return found


def unchosen(caller: Actor) -> errors.Invalid:
    """That one of the caller's regions has to be chosen; it lists them."""
    known = "; ".join(localized(region.names, locale()) for region in regions_of(caller))
    return errors.Invalid("region", "region-which", regions_known=known)


def regions_of(caller: Actor) -> list[Region]:
    """The regions that somebody coordinates, in the order of their names."""
    return [region for region in _by_name(locale()) if caller.coordinates(region.code)]


@cache
def _by_name(language: str) -> list[Region]:
    return sorted(
        regions.all_regions(), key=lambda region: formats.in_order(localized(region.names, language))
    )


def sit_down(section: str) -> Desk:
    """The caller's desk. Raises what `region_of` raises."""
    caller = actor()
    region = region_of(caller)
    waits = waiting.what_waits(session(), caller, None if region is None else region.code)
    return Desk(section, own_name(), region, regions_of(caller), waits)


def ask_for_ticks(form: Form) -> None:
    """Say what is to be done where nothing of a list was ticked: "must be filled in" is said of fields."""
    if form.sent and "ids" in form.errors and not form.value("ids"):
        form.errors["ids"] = [text("page.desk.tick-one")]


def ask_again(desk: Desk, /, **values: object) -> Response:
    """The page that asks once more before what cannot be undone; `values`: those of confirm.html."""
    return render("confirm.html", desk=desk, wide=True, **values)


def show(desk: Desk, template: str, how: How = PLAIN, /, **values: object) -> Response:
    """A page of the desk."""
    return render(f"coordinator/{template}", how, desk=desk, wide=True, **values)
