"""Forms of an organizer's pages as a browser sends them."""

from tests.web.html import Element


def filled(form: Element) -> dict[str, str]:
    """What a browser would send of it as it stands."""
    found = {one["name"]: one.text.removeprefix("\n") for one in form.all("textarea")}
    for one in form.all("select"):
        options = one.all("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        found[one["name"]] = chosen[0]["value"]
    for one in form.all("input"):
        is_box = one.attributes.get("type") in ("radio", "checkbox")
        if not is_box or "checked" in one.attributes:
            found[one["name"]] = one.attributes.get("value", "")
    return found
