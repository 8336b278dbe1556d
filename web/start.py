"""The first page, and in development the page with every component."""

from flask import Response

from web.pages import Pages, render

pages = Pages("start")


@pages.page("/")
def home() -> Response:
    """Where somebody arrives."""
    return render("home.html")
