"""A person at a real server, without a browser's engine: cookies, forms with their token, files."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar

_PATIENCE = 30.0


class Person:
    """Somebody who logs in and clicks; addresses are below the server's."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, address: str) -> str:
        with self.opener.open(self.server + address, timeout=_PATIENCE) as answer:
            self.at = urllib.parse.urlparse(answer.url).path
            return str(answer.read().decode())

    def post(self, address: str, values: dict[str, str], file: tuple[str, bytes] | None = None) -> str:
        """Send a form as the page does; a file makes it a multipart one."""
        token = next(one.value for one in self.jar if one.name == "csrftoken")
        said = {**values, "csrfmiddlewaretoken": str(token)}
        body, kind = urllib.parse.urlencode(said).encode(), "application/x-www-form-urlencoded"
        if file is not None:
            mark = uuid.uuid4().hex
            parts = [
                f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                for name, value in said.items()
            ]
            head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n\r\n'
            body, kind = (
                "".join([*parts, head]).encode() + file[1] + f"\r\n--{mark}--\r\n".encode(),
                f"multipart/form-data; boundary={mark}",
            )
        asked = urllib.request.Request(self.server + address, body, {"Content-Type": kind, "Referer": self.server})
        with self.opener.open(asked, timeout=_PATIENCE) as answer:
            self.at = urllib.parse.urlparse(answer.url).path
            return str(answer.read().decode())

    def log_in(self, username: str, password: str) -> None:
        self.get("/people/login/")
        self.post("/people/login/", {"username": username, "password": password})
        assert self.at == "/", "not logged in"

    def until(self, address: str, pattern: str) -> re.Match[str]:
        """Ask for a page again and again until it shows what is awaited."""
        end, page = time.monotonic() + _PATIENCE, ""
        while time.monotonic() < end:
            page = self.get(address)
            if found := re.search(pattern, page):
                return found
            time.sleep(0.2)
        raise AssertionError(f"{address} never showed {pattern}: {page[-2000:]}")
