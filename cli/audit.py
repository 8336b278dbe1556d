"""`flask audit …`."""

from typing import TextIO

import click
from flask.cli import AppGroup

from service.audit import seal, verify
from service.audit.verify import Checkpoint
from service.platform.database import db
from wiring import wired

FORMER_KEYS = "A file with SECRET_KEYs of before, one a line: what they have sealed holds, too."
CHECKPOINT = (
    "A `checkpoint` of the log, NUMBER:MAC: the chain must go through it, and so was not cut off before."
)


@click.group("audit", cls=AppGroup)
def audit() -> None:
    """Whether what was recorded of staff is what it was."""


@audit.command("verify")
@click.option("--former-keys", type=click.File(encoding="utf-8"), help=FORMER_KEYS)
@click.option("--checkpoint", help=CHECKPOINT)
def verify_audit(former_keys: TextIO | None, checkpoint: str | None) -> None:
    """Print every entry that was edited, deleted or put in, every gap; exit code 1 when there is one."""
    services = wired()
    former = [line.strip() for line in former_keys or () if line.strip()]
    keys = [seal.key_of(secret) for secret in (services.settings.secret_key, *former)]
    try:
        point = None if checkpoint is None else Checkpoint.read(checkpoint)
    except ValueError as error:
        raise click.BadParameter(
            "give it as the log says it: NUMBER:MAC", param_hint="--checkpoint"
        ) from error
    found = 0
    for finding in verify.findings(db.session(), keys, services.clock.now(), point):
        click.echo(str(finding))
        found += 1
    if found:
        raise click.ClickException(
            f"{found} faults: keep the database as it is, and ask who had access to it."
        )
    click.echo("The audit is what was sealed.")
