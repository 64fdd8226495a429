"""Python imports this at start: everything that is not of this machine is noted and refused."""

import os
import sys
from pathlib import Path

LOOPBACK = {"127.0.0.1", "::1", "localhost", b"127.0.0.1", b"::1", b"localhost"}
LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
ADDRESSES = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}


def _watch(event, arguments):
    if event in LOOK_UPS:
        host = arguments[0]
    elif event in ADDRESSES:
        address = arguments[1]
        if not isinstance(address, tuple):  # a socket of this machine's file system
            return
        host = address[0]
    else:
        return
    if isinstance(host, tuple):
        host = host[0]
    if host is None or host in LOOPBACK:
        return
    with Path(os.environ["NETWORK_NOTES"]).open("a", encoding="utf-8") as notes:
        notes.write(f"{event} {host!r} {sys.argv[:3]}\n")
    raise OSError(f"{event} {host!r}: nothing leaves this machine")


if os.environ.get("NETWORK_NOTES"):
    sys.addaudithook(_watch)
