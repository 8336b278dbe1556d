"""The composition root. Nothing of the product imports it."""

import gc
import os

gc.disable()

import cli.commands
import http_base.api
import mobile_api
import web
from http_base.application import Tazalyq, end_with_main
from http_base.identity import TokenVerifier
from mobile_api.operations import dev
from service.platform import logs, settings
from service.platform.clock import Clock
from service.platform.settings import Settings, SettingsError
from wiring import install_services

# What is imported stays as long as the process: looking through it meanwhile was half of the start.
gc.freeze()
gc.enable()


def create_app(
    configured: Settings | None = None, *, clock: Clock | None = None, verifier: TokenVerifier | None = None
) -> Tazalyq:
    """Make the application; `clock` and `verifier` are a test's own where given.

    Raises:
        SystemExit: without `configured`: each setting of the environment that is wrong, and its cure.
    """
    serves = end_with_main()
    if configured is None:
        try:
            configured = settings.read(os.environ)
        except SettingsError as error:
            # Flask would show a traceback for each of its tries to load the application.
            raise SystemExit(str(error)) from error
        logs.begin(development=configured.development)
        settings.put_back(os.environ)
    app = Tazalyq("tazalyq", static_folder=None)
    install_services(app, configured, clock, verifier)
    blueprints = (*mobile_api.BLUEPRINTS, *((dev.blueprint,) if configured.development else ()))
    http_base.api.install(
        app,
        blueprints,
        trusted_proxies=configured.trusted_proxies,
        trusted_hosts=configured.trusted_hosts,
        public_url=configured.public_url,
    )
    web.install(app, (*web.BLUEPRINTS, *(web.IN_DEVELOPMENT if configured.development else ())))
    cli.commands.install(app)
    if serves:
        app.extensions["tazalyq"].prepare()
    return app
