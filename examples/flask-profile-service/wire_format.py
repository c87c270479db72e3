"""The cookie and the record of nestjs-redis-session, as docs/wire-format.md describes them. Knows neither Flask nor Redis."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any, Iterable
from urllib.parse import unquote_to_bytes

#: The server's own part of a record.
META = "$session"
#: Longer cookies are not looked at: an honest one has about 120 characters.
LONGEST_COOKIE = 1024
#: Sessions of this library only; plain ids belong to connect-redis, and have no secret to check.
SURROGATE = re.compile("[\ud800-\udfff]")
SID = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Sid:
    """An id as it stands in the cookie: the handle names the session, the secret opens it."""

    handle: str
    secret: str


class Unreadable(ValueError):
    """Text that is no record of a session."""


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def sid_in_header(header: str | None, name: str, keys: Iterable[str]) -> Sid | None:
    """The id of a ``Cookie`` header, if the cookie stands there once and one of the keys signed it."""
    pairs = (part.partition("=") for part in (header or "").split(";"))
    found = [value.strip() for own, _, value in pairs if own.strip() == name]
    if len(found) != 1 or len(found[0]) > LONGEST_COOKIE:
        return None
    try:
        value = unquote_to_bytes(found[0]).decode("ascii")
    except UnicodeDecodeError:
        return None
    if not value.startswith("s:"):
        return None
    text, _, signature = value[2:].rpartition(".")
    if not any([hmac.compare_digest(sign(text, key), signature) for key in keys]):
        return None
    match = SID.fullmatch(text)
    return Sid(match[1], match[2]) if match else None


def sign(text: str, key: str) -> str:
    """HMAC-SHA256 as base64 without padding, as express-session signs."""
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode().rstrip("=")


def hash_of(secret: str) -> str:
    """What a record holds of a secret: SHA-256, base64url without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).decode().rstrip("=")


def opens(sid: Sid, meta: dict[str, Any], at: int) -> bool:
    """
    Whether the secret is the current one, the next, or, within its grace, the previous one.

    Any other one was replaced, and then somebody has copied it. It is refused here; the session is ended, and the alarm
    raised, by the application that writes sessions, as soon as the same cookie comes there.
    """
    hashes = meta["secrets"]
    good = [hashes.get("current"), hashes.get("next")]
    if at < hashes.get("graceUntil", 0):
        good.append(hashes.get("previous"))
    own = hash_of(sid.secret)
    return any(isinstance(each, str) and hmac.compare_digest(own, each) for each in good)


def deadline_of(meta: dict[str, Any]) -> int:
    """When the session ends, in milliseconds since 1970."""
    policy = meta["policy"]
    return int(min(meta["lastActiveAt"] + policy["idle"], meta["createdAt"] + policy["absolute"]))


def read_record(text: str) -> dict[str, Any]:
    """A record, checked as far as this service relies on it."""
    try:
        record = json.loads(text, parse_constant=int)
        meta = record[META]
        deadline_of(meta)
        meta["secrets"].get("current")
        record["cookie"].get("expires")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable from error
    return record


def write_record(record: dict[str, Any]) -> str:
    """
    A record as text. Each one is different, by the random ``write`` in it: the save script takes a text that is stored already for a
    repeat of the same write. The server's part comes last, as the other writers have it.
    """
    meta = {**record[META], "write": secrets.token_urlsafe(9)}
    data = {name: value for name, value in record.items() if name != META}
    text = json.dumps({**data, META: meta}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # JavaScript may have left half a character in a text. UTF-8 has no place for it, JSON has.
    return SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
