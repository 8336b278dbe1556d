"""`flask demo`."""

import click
from flask.cli import with_appcontext

from cli import demo_load, demo_photos
from http_base.context import services
from service.audit import seal
from service.platform.database import db


@click.command("demo")
@with_appcontext
def load_demo() -> None:
    """Load the demo once, and print where to look and whom to sign in as."""
    if not services().settings.development:
        raise click.ClickException("The demo is for development: set TAZALYQ_ENV=development.")
    load_once()
    welcome(services().settings.port)


def load_once() -> None:
    """Load the demo into the present application's database, unless somebody is registered already."""
    click.echo("Loading the demo, unless somebody is registered already")
    if demo_load.load(db.session(), services().clock.now()):
        demo_photos.take(db.session(), services().files)
        # Of last week: until a worker has come by, its entries would look put in by hand.
        seal.seal(db.session(), seal.key_of(services().settings.secret_key))
        db.session.commit()


def welcome(port: int) -> None:
    """Print where to look and whom to sign in as."""
    click.echo(WELCOME.format(base=f"http://127.0.0.1:{port}"))


WELCOME = """
Tazalyq starts, and in some seconds answers at {base} (Ctrl-C stops it; data stay)
  the pages         {base}/kk/ (ru, en; what they are made of: {base}/kk/dev/design)
  the API's pages   {base}/v1/docs
  a certificate     {base}/kk/certificates/TAZALYQDEMO23456
  photographs       {base}/kk/events/019a1b2c-0000-7000-8000-000000001010
  pushes            {base}/dev/pushes
  ready?            {base}/readyz

Demo accounts:
  +77000000001                 national coordinator
  +77000000002                 coordinator of KZ-15
  +77000000003, +77000000004   administrators of two organizations (KZ-15, KZ-75)
  +77000000005                 one whose organization waits for the coordinator of KZ-15
  +77000000101 … +77000000130  volunteers
  +77000000110, +77000000126   two of them are minors: the guardian of one has agreed, of the other not yet
  +77011112233                 their guardian, without a record: {base}/kk/guardian
Examples on {base}/v1/docs say with whose token they work.

To sign in to the pages: one of these numbers at {base}/kk/sign-in; its code is the first at
{base}/dev/messages. To the API: POST {base}/v1/auth/codes
{{"phone": "+77000000101"}}, and exchange the code at {base}/v1/auth/tokens.
"""
