"""Phone numbers, by phonenumbers: many spellings in, E.164 out."""

from collections.abc import Sequence

import phonenumbers

from service import errors
from service.platform.text import clean


def parse(text: str, regions: Sequence[str], field: str = "phone") -> str:
    """The number in E.164; national spellings are read as those of the first region.

    Raises:
        Invalid: no phone number, or one of a region that is not served.
    """
    number = _parse(text, regions[0], field)
    if phonenumbers.region_code_for_number(number) not in regions:
        raise errors.Invalid(field, "phone-region", regions=", ".join(regions))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_of_any_country(text: str, region: str, field: str) -> str:
    """The number in E.164; national spellings are read as those of the region.

    Raises:
        Invalid: no phone number.
    """
    return phonenumbers.format_number(_parse(text, region, field), phonenumbers.PhoneNumberFormat.E164)


def _parse(text: str, region: str, field: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(clean(text), region)
    except phonenumbers.NumberParseException as error:
        raise errors.Invalid(field, "phone") from error
    if not phonenumbers.is_valid_number(number):
        raise errors.Invalid(field, "phone")
    return number
