"""Pages for people in browsers: server-rendered, whole without JavaScript, in Kazakh, Russian and English."""

from collections.abc import Iterable
from functools import partial

from flask import Flask, redirect

from notifications.words import LOCALES
from web import (
    account,
    assets,
    banned,
    coordinator,
    design,
    error_pages,
    memberships,
    organizer,
    public,
    sign_in,
    volunteer,
)
from web.pages import Pages

BLUEPRINTS = (
    *public.BLUEPRINTS,
    sign_in.pages,
    banned.pages,
    account.pages,
    memberships.pages,
    *volunteer.BLUEPRINTS,
    *organizer.BLUEPRINTS,
    *coordinator.BLUEPRINTS,
)
IN_DEVELOPMENT = (design.pages,)


def install(app: Flask, blueprints: Iterable[Pages]) -> None:
    """Serve these pages, their styles and scripts, and `/`, which leads to the first of them."""
    error_pages.install(app)
    app.register_blueprint(assets.blueprint)
    app.add_url_rule("/", "start", partial(redirect, f"/{LOCALES[0]}/", 302))
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
