"""First passwords that the workbench makes, and how they are kept until their owners change them."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password

_SIGNS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is mistaken for another when typed
_LENGTH = 16


def first_password() -> str:
    """Return a random password of 92 bits that can be read out, typed, and put into a cell of a workbook as it is."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


class FirstPasswordHasher(PBKDF2PasswordHasher):
    """A salted hash without the slowness: a random password of 92 bits cannot be guessed, as a token cannot.

    It lets the passwords of a region's firms be made while somebody waits. The first login replaces it by the hash that
    every password has, and asks for an own password; a wrong one takes as long as with any other account.
    """

    algorithm = "first_password"
    iterations = 1

    def verify(self, password: str, encoded: str) -> bool:
        make_password(password)
        return super().verify(password, encoded)
