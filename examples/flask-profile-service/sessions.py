"""Sessions of nestjs-redis-session for a Flask application: read with each request, written only on purpose."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from typing import Any, Callable, Sequence, TypeVar

from redis import Redis
from redis.exceptions import ResponseError

from wire_format import META, Sid, Unreadable, deadline_of, now, opens, read_record, sid_in_header, write_record

T = TypeVar("T")

#: The part of libs/session/src/store/save.script.ts that writes over a loaded text. Atomic, because between a GET and a SET of
#: our own a logout could happen, which the SET would undo, or another request could write, whose change the SET would lose.
#: KEYS[1] the session; ARGV: SHA-1 of the loaded text, the new text. The expiry stays as it is: who writes here does not prolong.
SAVE = """
local stored = redis.call('GET', KEYS[1])
if not stored then return 'gone' end
if stored == ARGV[2] then return 'saved' end
if redis.sha1hex(stored) ~= ARGV[1] then return 'conflict' end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 'saved'
"""

#: How often a change is tried against other writers. Each time somebody else has made progress, so it takes a crowd to get there.
MOST_ATTEMPTS = 100


#: Fields of a record that are not the application's.
RESERVED = ("cookie", META)


class SessionEnded(Exception):
    """The session has ended while a request worked with it. Nothing was written."""


class Contended(Exception):
    """Others kept changing the session. Nothing was written."""


@dataclass(frozen=True)
class Session:
    """What the request's session held when it was read."""

    sid: Sid
    text: str
    record: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The fields of the application."""
        return {name: value for name, value in self.record.items() if name not in RESERVED}

    @property
    def user_id(self) -> str | None:
        """Who is logged in. Only the server's part says so; no field of the application can."""
        return self.record[META].get("auth", {}).get("userId")


class Sessions:
    """Finds the sessions of cookies, and changes them. Creates, prolongs and renews none."""

    def __init__(self, redis: Redis, keys: Sequence[str], cookie: str, prefix: str = "sess:") -> None:
        self._redis = redis
        self._keys = keys
        self._cookie = cookie
        self._prefix = prefix
        self._save = redis.register_script(SAVE)

    def of_header(self, header: str | None) -> Session | None:
        """The session of a ``Cookie`` header; ``None`` if its cookie opens none."""
        sid = sid_in_header(header, self._cookie, self._keys)
        return sid and self._load(sid)

    def update(self, session: Session, change: Callable[[dict[str, Any]], T]) -> T:
        """
        Runs ``change`` on the newest data and stores it, as one step; runs it again if another request was faster. So it may run
        more than once, and must do nothing else.

        :raises SessionEnded: if the session was ended; it is not brought back
        """
        for _ in range(MOST_ATTEMPTS):
            data = copy.deepcopy(session.data)
            result = change(data)
            # Whatever `change` did to names that are not its own.
            own = {name: value for name, value in data.items() if name not in RESERVED}
            text = write_record({"cookie": session.record["cookie"], **own, META: session.record[META]})
            loaded = hashlib.sha1(session.text.encode()).hexdigest()
            outcome = self._save(keys=[self._key(session.sid)], args=[loaded, text])
            if outcome == "saved":
                return result
            newer = self._load(session.sid)
            if newer is None:
                raise SessionEnded
            session = newer
        raise Contended

    def _load(self, sid: Sid) -> Session | None:
        try:
            text = self._redis.get(self._key(sid))
            if text is None:
                return None
            record = read_record(text)
        except (Unreadable, UnicodeDecodeError):
            return None
        except ResponseError as error:
            # Something else than a text is no session either.
            if str(error).startswith("WRONGTYPE"):
                return None
            raise
        meta, at = record[META], now()
        if deadline_of(meta) <= at or not opens(sid, meta, at):
            return None
        return Session(sid, text, record)

    def _key(self, sid: Sid) -> str:
        return self._prefix + sid.handle
