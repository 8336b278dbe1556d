"""What I have reached, and whether I may be named among the most active."""

from flask import Response

from http_base.context import actor, now, session
from http_base.fields import Strict, YesNo
from service.figures import honours, milestones
from service.models.base import COUNTRY_ZONE
from service.models.volunteers import ADULT_AGE
from service.people import volunteers
from web.addresses import to
from web.forms import read_form
from web.pages import Pages, done
from web.volunteer import desk

pages = Pages("volunteer-honours")


class PublicForm(Strict):
    public = YesNo(load_default=False)


@pages.page("/account/honours", ("GET", "POST"))
def show() -> Response:
    """Milestones, the next ones, and my yes or no to being named."""
    caller, form = actor(), read_form(PublicForm)
    if form.is_good:
        honours.agree(session(), caller, now(), public=form.data["public"])
        session().commit()
        return done(to("volunteer-honours.show") + "#public", "page.my-honours.saved")
    reached, ahead = milestones.mine(session(), caller.volunteer_id)
    person = volunteers.get(session(), caller.volunteer_id)
    return desk.show(
        "record",
        "my_honours.html",
        reached=reached,
        ahead=ahead,
        is_public=honours.agreed(session(), caller),
        is_adult=person.age_on(now().astimezone(COUNTRY_ZONE).date()) >= ADULT_AGE,
    )
