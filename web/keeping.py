"""What a form asks for is done and kept, or the form says why not."""

from collections.abc import Callable

from http_base.context import session
from web.forms import REFUSALS, Form


def is_kept(form: Form, act: Callable[[], object], field_of: Callable[[str], str] = str) -> bool:
    """Do it and keep it; False where it is refused and the form can be mended: it says what is wrong.

    `field_of`: by the API's name of a field, the field of the form that asks for it.
    """
    try:
        act()
    except REFUSALS as error:
        session().rollback()
        form.refused(error)
        form.errors = {field_of(name): said for name, said in form.errors.items()}
        return False
    session().commit()
    return True
