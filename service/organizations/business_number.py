"""The business identification number (BIN, БСН) of Kazakhstan: twelve digits, the last of them a check.

It is the sum of the first eleven, weighted, modulo 11; where that is 10, of the second weights; a number for
which both are 10 is never given. Individual numbers (ИИН, ЖСН) are made the same way.
"""

from service import errors

LENGTH = 12
WEIGHTS = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))


def check(number: str) -> None:
    """Raise Invalid for what is no BIN: other characters than twelve ASCII digits, or a wrong check digit."""
    if len(number) != LENGTH or not (number.isascii() and number.isdigit()) or not _is_right(number):
        raise errors.Invalid("bin", "bin")


def _is_right(number: str) -> bool:
    digits = [int(digit) for digit in number]
    sums = (sum(weight * digit for weight, digit in zip(row, digits, strict=False)) % 11 for row in WEIGHTS)
    return next((one for one in sums if one < 10), None) == digits[-1]
