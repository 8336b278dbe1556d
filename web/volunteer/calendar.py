"""What I go to in the calendar of my own phone: its address, renewed or ended."""

from flask import Response

from http_base import calendar_links
from http_base.context import actor, now, session
from http_base.fields import Strict
from service.events import calendar_feeds
from web.addresses import to
from web.forms import read_form
from web.pages import Pages, done
from web.volunteer import desk

pages = Pages("volunteer-calendar")


@pages.page("/account/calendar", ("GET", "POST"))
def show() -> Response:
    """Its address, and how a phone takes it. Posted: begin it, or give it another address."""
    who = actor()
    feed = calendar_feeds.get(session(), who.volunteer_id)
    form = read_form(Strict)
    if form.is_good:
        calendar_feeds.put(session(), who.volunteer_id, now())
        session().commit()
        return done(to("volunteer-calendar.show"), f"page.calendar.{'begun' if feed is None else 'renewed'}")
    address = None if feed is None else calendar_links.address_of(feed)
    return desk.show("going", "calendar.html", form=form, address=address)


@pages.page("/account/calendar/stop", ("GET", "POST"))
def stop() -> Response:
    """Its address is worth nothing from now on."""
    form = read_form(Strict)
    if form.is_good:
        calendar_feeds.remove(session(), actor().volunteer_id)
        session().commit()
        return done(to("volunteer-calendar.show"), "page.calendar.stopped", "info")
    actor()
    return done(to("volunteer-calendar.show"))
