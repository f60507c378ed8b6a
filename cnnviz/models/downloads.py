"""Fetch a file once into a folder, so that what stands under its name is always whole."""

import hashlib
import http.client
import re
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlparse

from cnnviz.errors import ModelError

Progress = Callable[[int, int], None]

_CHUNK = 1 << 18
_TIMEOUT_S = 20
_STALE_S = 24 * 3600
_locks: dict[Path, threading.Lock] = defaultdict(threading.Lock)
_locks_lock = threading.Lock()


def file_name(url: str) -> str:
    """Return the last part of the path of `url`, the name under which torch.hub caches it."""
    return Path(urlparse(url).path).name


def fetch(url: str, folder: Path, *, progress: Progress | None = None) -> Path:
    """Return the path of `url`'s file in `folder`, downloading it where it is not there yet.

    `progress` is told (bytes done, bytes in all; 0 where the server does not say); what it raises stops the download.
    A file name such as resnet18-f37072fd.pth promises the start of its SHA-256, as in torch.hub; the promise is checked
    on download only. The file gets its name when it is complete and checked, so threads and processes may race.
    Raises ModelError, whose sentence says which file to put where.
    """
    path = folder / file_name(url)
    with _locks_lock:
        lock = _locks[path]
    with lock:
        if path.exists():
            return path
        part = folder / f"{path.name}.{uuid.uuid4().hex}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _sweep(folder)
            _download(url, part, progress)
            part.replace(path)
        except (OSError, http.client.HTTPException) as error:
            raise ModelError(
                f"{path.name} could not be downloaded ({_reason(error)}): "
                f"get {url} in another way, put it at {path} and try again."
            ) from error
        finally:
            with suppress(OSError):
                part.unlink()
    return path


def _download(url: str, part: Path, progress: Progress | None) -> None:
    promised = re.search(r"-([0-9a-f]{8,})\.\w+$", file_name(url))
    digest = hashlib.sha256()
    done = 0
    request = urllib.request.Request(url, headers={"User-Agent": "cnnviz"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer, part.open("xb") as file:
        size = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if progress:
                progress(done, size)
    if size and done != size:
        raise ConnectionError(f"the connection broke after {done:,} of {size:,} bytes")
    if promised and not digest.hexdigest().startswith(promised[1]):
        raise ConnectionError(
            f"its SHA-256 starts with {digest.hexdigest()[: len(promised[1])]} and should start with {promised[1]}"
        )


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}".rstrip()
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        return _reason(error.reason)
    if isinstance(error, TimeoutError):
        return f"no answer within {_TIMEOUT_S} s"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _sweep(folder: Path) -> None:
    """Remove what a killed process left behind; a download under way is younger than a day."""
    for part in folder.glob("*.part"):
        try:
            if time.time() - part.stat().st_mtime > _STALE_S:
                part.unlink()
        except OSError:
            continue
