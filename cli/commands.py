"""All `flask` commands of the product, put into the application."""

from flask import Flask

from cli import (
    audit,
    coordinators,
    counts,
    demo,
    districts,
    erasures,
    messages,
    pushes,
    secret_key,
    serving,
    working,
)


def install(app: Flask) -> None:
    """Let `flask` know them."""
    for command in (
        serving.serve,
        working.worker,
        demo.load_demo,
        coordinators.coordinators,
        audit.audit,
        secret_key.secret_key,
        counts.counts,
        districts.districts_group,
        erasures.erasures,
        pushes.pushes,
        messages.messages,
    ):
        app.cli.add_command(command)
