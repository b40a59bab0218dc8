"""See to it that Qt's shared libraries are there before the tests run: `python -m tests.system`.

A bare server or container lacks them. As root on a Debian-like system they are installed; elsewhere a sentence says
what to type, and the exit status is 1.
"""

import os
import shutil
import subprocess
import sys

from gui.desktop import LIBRARIES, obstacle

APT = 0


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    missing = obstacle()
    if missing and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        packages = [names[APT] for names in LIBRARIES.values()]
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=True)
        missing = obstacle()
    if missing:
        print(missing, file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
