"""The write lock of a corpus: one process at a time, let go by the system itself when that process dies."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexes.errors import CorpusBusy, CorpusError

_BUSY = (errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK)


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Hold the right to write the corpus in `folder`.

    Raises CorpusBusy when another holder has it (also one in this process), CorpusError when the folder cannot be
    written or its file system knows no locks. The file stays behind, empty: only the lock on it counts.
    """
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise CorpusError(
            f"The corpus in “{folder}” cannot be written ({error.strerror}). Check the folder's permissions."
        ) from error
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            raise CorpusBusy(
                f"Another Asterism is writing the corpus in “{folder}”. "
                "Wait until it is done or close it, then try again."
            ) from error
        raise CorpusError(
            f"The corpus in “{folder}” cannot be locked for writing ({error.strerror}). "
            "Move the library to a local disk."
        ) from error
