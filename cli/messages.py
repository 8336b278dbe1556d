"""`flask messages …`."""

import click
from flask.cli import AppGroup

from notifications import samples


@click.group("messages", cls=AppGroup)
def messages() -> None:
    """The texts of notifications."""


@messages.command("preview")
def preview_messages() -> None:
    """Print every kind in every language, from sample facts."""
    last = ("", "")
    for kind, locale, title, body in samples.all_words():
        if (kind, locale) != last:
            click.echo(f"\n{kind}  {locale}")
            last = (kind, locale)
        click.echo(f"  {title}\n    {body.replace(chr(10), chr(10) + '    ')}")
