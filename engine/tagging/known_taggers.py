"""The taggers there are: the one that comes with Asterism, the user's own, and any folder that is named."""

import hashlib
import re
from functools import cache
from pathlib import Path

from engine.records import TaggerInfo
from engine.tagging.tagger import SENTIMENT, shipped_tagger
from engine.tagging.tagger_files import DESCRIPTION_FILE, read_description
from indexes.errors import ModelError


def tagger_folders(own: Path) -> dict[str, Path]:
    """Return the folder of each tagger by name: the shipped one, then those in the folder `own`, sorted."""
    found = {SENTIMENT: shipped_tagger()}
    for folder in sorted(own.iterdir()):
        if (folder / DESCRIPTION_FILE).is_file():
            found[folder.name] = folder
    return found


def find_tagger(name: str, own: Path) -> Path:
    """Return the folder of a tagger named by name or by folder; ModelError, naming those there are."""
    folders = tagger_folders(own)
    if name in folders:
        return folders[name]
    if (Path(name) / "config.json").is_file() or (Path(name) / DESCRIPTION_FILE).is_file():
        return Path(name)
    raise ModelError(
        f"There is no tagger “{name}”. There is: {', '.join(folders)}; or give a model's folder."
    )


def new_folder(name: str, own: Path) -> Path:
    """Return the folder for a new tagger of the user's; ModelError when the name cannot be used.

    A tagger of the user's with the same name is replaced.
    """
    if not re.fullmatch(r"[\w][\w .-]{0,60}", name) or name.endswith((".", " ")):
        raise ModelError(f"“{name}” cannot be a tagger's name: use letters, digits, spaces, “-” and “_”.")
    if name == SENTIMENT:
        raise ModelError(f"“{SENTIMENT}” is the tagger that comes with Asterism. Choose another name.")
    return own / name


def tagger_id(folder: Path) -> str:
    """Return what names a tagger's weights, so that tags of different weights never mix."""
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ModelError(f"The tagger in {folder} has no .safetensors weights; Asterism loads no other.")
    return f"{folder.name}@{_digest(tuple((path, path.stat().st_mtime_ns) for path in weights))}"


def tagger_info(folder: Path) -> TaggerInfo:
    """Return what a tagger of Asterism's own says of itself in tagger.json."""
    said = read_description(folder)
    card = folder / "README.md"
    return TaggerInfo(
        name=str(said.get("name", folder.name)),
        labels=tuple(said.get("labels", ())),
        base=str(said.get("base", "")),
        origin=str(said.get("origin", folder)),
        measured={key: float(value) for key, value in said.get("measured", {}).items()},
        card=card.read_text("utf-8") if card.is_file() else "",
    )


@cache
def _digest(weights: tuple[tuple[Path, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _ in weights:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
