"""Photographs as pages show them: an address for a time, and what each is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from http_base import photo_links
from service.models import EventPhoto
from service.platform.images import Size
from web.templating import text


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph on a page. `name`: for who listens; `reports`: what was said against it."""

    photo: EventPhoto
    small: str
    large: str
    name: str
    reports: Sequence[str] = ()

    @property
    def state(self) -> str:
        """Where it stands: reported, waits, shown or refused."""
        if self.photo.is_reported:
            return "reported"
        if self.photo.waits:
            return "waits"
        return "shown" if self.photo.shown else "refused"


def picture(photo: EventPhoto, number: int, *, for_staff: bool, reports: Sequence[str] = ()) -> Picture:
    """One of an event's photographs, `number` of those of its kind."""
    lives = photo_links.LIVES_ON_STAFFS_PAGES if for_staff else photo_links.LIVES
    small, large = (
        photo_links.path_of(photo, size, for_staff=for_staff, lives=lives)
        for size in (Size.SMALL, Size.LARGE)
    )
    return Picture(photo, small, large, text(f"page.photo.{photo.taken}", number=number), reports)


def pictures(
    found: Sequence[EventPhoto], *, for_staff: bool, reports: Mapping[UUID, Sequence[str]] | None = None
) -> list[Picture]:
    """All of one event, in their order."""
    numbers: dict[str, int] = {}
    made = []
    for photo in found:
        numbers[photo.taken] = numbers.get(photo.taken, 0) + 1
        said = (reports or {}).get(photo.id, ())
        made.append(picture(photo, numbers[photo.taken], for_staff=for_staff, reports=said))
    return made
