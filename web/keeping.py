"""What a form asks for is done and kept, or the form says why not."""

from collections.abc import Callable, Mapping

from http_base.context import session
from http_base.problems import document_of
from service.errors import ServiceError
from web.forms import REFUSALS, Form

NONE: Mapping[type[ServiceError], str] = {}


def is_kept(
    form: Form,
    act: Callable[[], object],
    field_of: Callable[[str], str] = str,
    about: Mapping[type[ServiceError], str] = NONE,
) -> bool:
    """Do it and keep it; False where it is refused and the form can be mended: it says what is wrong.

    `field_of`: by the API's name of a field, the field of the form that asks for it.
    `about`: by a refusal of another kind, the field that it is about.
    """
    try:
        act()
    except REFUSALS as error:
        session().rollback()
        form.refused(error)
        form.errors = {field_of(name): said for name, said in form.errors.items()}
        return False
    except tuple(about) as error:
        session().rollback()
        field = next(name for kind, name in about.items() if isinstance(error, kind))
        form.errors[field] = [str(document_of(error)["detail"])]
        return False
    session().commit()
    return True
