"""
A service in another language that shares the sessions of the Nest application.

    REDIS_URL=redis://... SESSION_SECRET=... python3 app.py

GET /         counts visits, on the same number as the application
GET /profile  the profile of whoever is logged in
GET /health   whether Redis answers
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Mapping

from flask import Flask, Response, jsonify, request
from redis import Redis, RedisError
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from sessions import Contended, Session, SessionEnded, Sessions

Answer = tuple[Response, int]


def create_app(environment: Mapping[str, str]) -> Flask:
    """
    The application, by the same environment variables as the Nest one.

    ``SESSION_SECRET`` may name several secrets with spaces between them: the one that signs now, and those before it.
    """
    app = Flask(__name__)
    redis = Redis.from_url(
        environment["REDIS_URL"],
        decode_responses=True,
        # Every call is bounded: an answer that comes late is worth less than a refusal that comes soon.
        socket_timeout=1,
        socket_connect_timeout=1,
        health_check_interval=30,
    )
    cookie = "__Host-sid" if environment.get("NODE_ENV") == "production" else "sid"
    sessions = Sessions(redis, keys=environment["SESSION_SECRET"].split(), cookie=cookie)

    def current() -> Session | None:
        return sessions.of_header(request.headers.get("Cookie"))

    @app.get("/")
    def visits() -> Answer:
        session = current()
        if session is None:
            return refusal(401, "NO_SESSION", "Visit the application first: this service makes no sessions.")

        def count(data: dict[str, Any]) -> int:
            before = data.get("visitCount")
            data["visitCount"] = (before if isinstance(before, int) else 0) + 1
            return data["visitCount"]

        visit_count = sessions.update(session, count)
        if request.accept_mimetypes.best == "application/json":
            return jsonify(visitCount=visit_count), 200
        return Response(f"You have visited this page {visit_count} time(s).\n", mimetype="text/plain"), 200

    @app.get("/profile")
    def profile() -> Answer:
        session = current()
        if session is None or session.user_id is None:
            return refusal(401, "UNAUTHENTICATED", "Log in at the application first.")
        text = redis.get(f"user_profile:{session.user_id}")
        if text is None:
            return refusal(404, "PROFILE_NOT_FOUND", "No profile of this user is kept.")
        return jsonify(json.loads(text)), 200

    @app.get("/health")
    def health() -> Answer:
        redis.ping()
        return jsonify(status="ok", redis="up"), 200

    @app.errorhandler(SessionEnded)
    def ended(_: SessionEnded) -> Answer:
        return refusal(401, "SESSION_ENDED", "The session has ended meanwhile.")

    @app.errorhandler(Contended)
    @app.errorhandler(RedisError)
    def unavailable(error: Exception) -> Answer:
        app.logger.warning("Redis: %s", error)
        response, status = refusal(503, "SESSION_STORE_UNAVAILABLE", "Please try again in a moment.")
        response.headers["Retry-After"] = "1"
        return response, status

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Answer:
        return refusal(error.code or 500, error.name.upper().replace(" ", "_"), error.description or "")

    @app.after_request
    def close_to_caches(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return app


def refusal(status: int, code: str, message: str) -> Answer:
    """What is refused, in the form that the Nest application has for it."""
    return jsonify(statusCode=status, code=code, message=message), status


def main() -> None:
    """Serves on ``PORT`` of this machine; 0 takes a free one."""
    missing = [name for name in ("REDIS_URL", "SESSION_SECRET") if not os.environ.get(name)]
    if missing:
        sys.exit(f"{' and '.join(missing)} must be set to what the application has.")
    # Enough for development. In production run `create_app` under a WSGI server.
    server = make_server("127.0.0.1", int(os.environ.get("PORT", "3002")), create_app(os.environ), threaded=True)
    print(f"Ready: http://127.0.0.1:{server.server_port} (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
