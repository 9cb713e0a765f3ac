"""How a first password that the workbench made is kept until its owner changes it."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password


class FirstPasswordHasher(PBKDF2PasswordHasher):
    """A salted hash without the slowness: a random password of 96 bits cannot be guessed, as a token cannot.

    It lets the passwords of a region's firms be made while somebody waits. The first login replaces it by the hash that
    every password has, and asks for an own password; a wrong one takes as long as with any other account.
    """

    algorithm = "first_password"
    iterations = 1

    def verify(self, password: str, encoded: str) -> bool:
        make_password(password)
        return super().verify(password, encoded)
