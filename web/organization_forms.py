"""An organization's names, number and kind, as its owner or a coordinator corrects them."""

from collections.abc import Mapping
from types import MappingProxyType

from http_base.context import actor, now, session
from http_base.schemas.organizations import OrganizationPatch
from service.models import Organization, OrganizationKind
from service.organizations import organizations
from service.organizations.organizations import Correction
from web.forms import VERSION, Form, read_form
from web.keeping import is_kept
from web.templating import text


def read_correction(
    organization: Organization,
    names: Mapping[str, str],
    data: Mapping[str, str | None] = MappingProxyType({}),
) -> Form:
    """The form of an organization, which begins with what stands, but with these names by language, and with
    what of `bin` and `kind` is in `data`."""
    begins = {"bin": organization.bin, "kind": organization.kind} | dict(data)
    return read_form(
        OrganizationPatch(exclude=("contact",)),
        version=organization.version,
        **begins,
        **{f"name.{language}": name for language, name in names.items()},
    )


def is_corrected(form: Form, organization: Organization) -> bool:
    """Whether the form was good and what it says is stored; else what was refused stands in it."""
    if not form.is_good:
        return False
    values = {name: form.data[name] for name in ("name", "bin", "kind") if name in form.data}
    correction = Correction(frozenset(values), **values)
    version = form.data[VERSION]
    return is_kept(
        form, lambda: organizations.change(session(), actor(), organization.id, version, correction, now())
    )


def kinds() -> list[tuple[str, str]]:
    """(value, words) of what an organization can be."""
    return [(kind, text(f"page.organization.kind.{kind}")) for kind in OrganizationKind]
