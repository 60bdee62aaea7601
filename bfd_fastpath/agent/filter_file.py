# SPDX-License-Identifier: Apache-2.0
"""The file that the route server includes: replaced as a whole, put back as it was when the route server
refuses it."""

import fcntl
import os
from pathlib import Path

from bfd_fastpath.agent.driver import Driver, DriverError, Wanted

#: OpenBGPD reads no file that others may read or write.
_MODE = 0o640


class FilterFile:
    """One file and the route server that reads it."""

    def __init__(self, path: Path, driver: Driver) -> None:
        self.path = path
        self._driver = driver

    def apply(self, wanted: Wanted) -> None:
        """Write and reload; without a reload where the route server goes by that text already, as when one
        took longer than its time. Raises DriverError; whatever is raised, the file is then as it was."""
        before = self._read()
        text = self._driver.text(wanted)
        if self._driver.has(text):
            if text != before:
                self._write(text)
            return
        self._write(text)
        try:
            self._driver.reload()
        except BaseException:
            self._write(before if before is not None else self._driver.text(Wanted(wanted.clients)))
            raise

    def prepare(self, wanted: Wanted) -> bool:
        """Write without a reload where there is no file, which a route server does not start without; False
        where there is one."""
        if self._read() is not None:
            return False
        self._write(self._driver.text(wanted))
        return True

    def _read(self) -> str | None:
        try:
            return self.path.read_text("ascii", "surrogateescape")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DriverError(f"{self.path} cannot be read: {error.strerror}") from None

    def _write(self, text: str) -> None:
        beside = self.path.with_name(f".{self.path.name}.new")
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
            # What is put back may be an operator's, of any octets.
            with open(handle, "w", encoding="ascii", errors="surrogateescape") as file:
                self._take_after(file.fileno())
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.path)
        except OSError as error:
            raise DriverError(f"{self.path} cannot be written: {error.strerror}") from None

    def _take_after(self, handle: int) -> None:
        """The new file belongs to whom the old one did: a route server may read it as another user."""
        try:
            old = os.stat(self.path)
        except FileNotFoundError:
            return
        os.fchown(handle, old.st_uid, old.st_gid)
        os.fchmod(handle, old.st_mode & 0o777)


class Lock:
    """Held by the agent that drives this file, and so a sign that one lives; the kernel takes it from the
    dead."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f".{path.name}.lock")
        self._handle: int | None = None

    def take(self) -> bool:
        """False when another process has it. Raises DriverError where the folder cannot be written to."""
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DriverError(f"{self.path} cannot be made: {error.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
