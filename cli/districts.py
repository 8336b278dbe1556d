"""`flask districts …`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from http_base.context import services
from service.events import district_moves
from service.geography import district_file, districts
from service.geography.district_file import DistrictFileError
from service.geography.district_import import Report
from service.models.base import LOCALES, localized
from service.platform.database import db


@click.group("districts", cls=AppGroup)
def districts_group() -> None:
    """The districts that events count in."""


@districts_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--partial", is_flag=True, help="Take the rest where lines are refused.")
def import_districts(file: Path, *, partial: bool) -> None:
    """Take districts from a GeoJSON FILE with KATO codes; prints what was added, changed and refused."""
    try:
        lines = district_file.read(file)
    except (DistrictFileError, OSError) as error:
        raise click.ClickException(str(error)) from error
    report = district_moves.import_districts(db.session(), lines, services().clock.now(), partial=partial)
    db.session.commit()
    _show(report)
    _show_by_hand()
    if not report.taken:
        raise click.ClickException("Nothing was taken: mend these lines, or take the rest with --partial.")


@districts_group.command("by-hand")
def list_by_hand() -> None:
    """List the events whose district a coordinator has set: no import changes them."""
    _show_by_hand()


def _show(report: Report) -> None:
    for title, told in (
        ("Mended", report.mended),
        ("Refused", list(map(str, report.refused))),
        ("No outline yet", report.undrawn),
    ):
        for one in told:
            click.echo(f"{title}: {one}")
    done = "" if report.taken else "would be "
    click.echo(
        f"{len(report.added)} {done}added, {len(report.changed)} {done}changed, {len(report.unchanged)} as"
        f" before, {len(report.refused)} refused."
    )
    for title, codes in (("Added", report.added), ("Changed", report.changed)):
        if codes and len(codes) <= 20:
            click.echo(f"{title}: {', '.join(codes)}")


def _show_by_hand() -> None:
    for one in district_moves.by_hand(db.session()):
        names = districts.names_of(db.session(), [one.code, one.found])
        title, said, found = (
            localized(it, LOCALES[0]) for it in (one.title, names[one.code], names[one.found])
        )
        click.echo(f"By hand: {one.event_id} «{title}»: {said}; by its place: {found}")
