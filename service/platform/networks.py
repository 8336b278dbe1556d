"""Addresses as limits count them."""

from ipaddress import IPv6Address, IPv6Network, ip_address

HOME_BITS = 64
"""Each home, and each phone, has a whole IPv6 network of so many bits, and any address in it."""


def network_of(address: str) -> str:
    """What an address is counted by: itself, or the network of an IPv6 one; what is none stays as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), HOME_BITS), strict=False))
