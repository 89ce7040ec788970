"""The loopback rule: nobody is served beyond this machine without authentication."""

from __future__ import annotations

import ipaddress

from headwater.errors import Denied


def check_binding(host: str, *, has_tokens: bool, insecure: bool) -> None:
    """Return if listening on `host` is allowed; raises `Denied` with the ways to allow it."""
    if has_tokens or insecure or is_loopback(host):
        return
    raise Denied(
        f"listening on {host} would let everyone who reaches it read and write everything, "
        "because no token exists",
        hint="create one with: headwater token create NAME --role admin; "
        "or keep to --host 127.0.0.1; or accept the risk with --insecure",
    )


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches the address; a name other than localhost does not.

    Names are not resolved: what one means can change after the check.
    """
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
