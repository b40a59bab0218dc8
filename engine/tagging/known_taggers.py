"""The taggers there are: those that come with Asterism, the user's own, and any folder that is named."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.tagging.records import HeadPooling, TaggerInfo, TaggerKind, TagReport
from engine.tagging.tagger import SENTIMENT, shipped_tagger
from engine.tagging.tagger_files import CARD_FILE, DESCRIPTION_FILE, put_back, read_description
from indexes.errors import ModelError


def tagger_folders(own: Path) -> dict[str, Path]:
    """Return the folder of each tagger by name: the shipped ones, sentiment first, then those in `own`, sorted."""
    put_back(own)
    found = dict(shipped_folders())
    for folder in sorted(own.iterdir()):
        if (folder / DESCRIPTION_FILE).is_file() and not folder.name.startswith("."):
            found.setdefault(folder.name, folder)
    return found


def shipped_folders() -> dict[str, Path]:
    """Return the folders of the taggers that come with Asterism by name, sentiment first."""
    found = {SENTIMENT: shipped_tagger()}
    for folder in sorted(shipped_tagger().parent.iterdir()):
        if (folder / DESCRIPTION_FILE).is_file():
            found.setdefault(folder.name, folder)
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

    A tagger of the user's with the same name is replaced. Names that differ in case only are one on some systems.
    """
    if not re.fullmatch(r"[\w][\w .-]{0,60}", name) or name.endswith((".", " ")):
        raise ModelError(f"“{name}” cannot be a tagger's name: use letters, digits, spaces, “-” and “_”.")
    for other in tagger_folders(own):
        if other in shipped_folders() and other.casefold() == name.casefold():
            raise ModelError(f"“{other}” is the tagger that comes with Asterism. Choose another name.")
        if other != name and other.casefold() == name.casefold():
            raise ModelError(
                f"There is a tagger “{other}” already. Choose a name that differs in more than capital letters."
            )
    return own / name


def remove_folder(name: str, own: Path) -> None:
    """Delete a tagger of the user's; ModelError when there is none, or it comes with Asterism."""
    if name in shipped_folders():
        raise ModelError(f"“{name}” comes with Asterism and cannot be removed.")
    folder = tagger_folders(own).get(name)
    if folder is None:
        raise ModelError(f"There is no tagger “{name}” of your own.")
    going = folder.with_name(f".{folder.name}.gone")
    try:
        shutil.rmtree(going, ignore_errors=True)
        folder.rename(going)  # at once, so that no half of it is ever found
    except OSError as error:
        raise ModelError(f"The tagger in {folder} cannot be removed: {error.strerror or error}.") from error
    shutil.rmtree(going, ignore_errors=True)


def tagger_id(folder: Path) -> str:
    """Return what names a tagger's weights, so that tags of different weights never mix."""
    weights = sorted(folder.glob("*.safetensors"))
    if weights:
        return f"{folder.name}@{_digest(tuple((path, path.stat().st_mtime_ns) for path in weights))}"
    if (folder / DESCRIPTION_FILE).is_file() and _kind(read_description(folder)) is TaggerKind.HEAD:
        return f"{folder.name}@untaught"
    raise ModelError(f"The tagger in {folder} has no .safetensors weights; Asterism loads no other.")


def tagger_info(folder: Path) -> TaggerInfo:
    """Return what a tagger says of itself: in tagger.json, or a transformers model in config.json.

    Raises ModelError when that is damaged.
    """
    if not (folder / DESCRIPTION_FILE).is_file() and (folder / "config.json").is_file():
        return _model_info(folder)
    said = read_description(folder)
    card = folder / CARD_FILE
    try:
        return TaggerInfo(
            name=str(said.get("name", folder.name)),
            labels=tuple(map(str, said.get("labels", ()))),
            base=str(said.get("base", "")),
            origin=str(said.get("origin", folder)),
            measured={key: float(value) for key, value in said.get("measured", {}).items()},
            card=card.read_text("utf-8") if card.is_file() else "",
            kind=_kind(said),
            multi_label=bool(said.get("multi_label", False)),
            pair=bool(said.get("pair", False)),
            unsure_below=float(said.get("unsure_below", 0.5)),
            taught=any(folder.glob("*.safetensors")),
            report=_report(said.get("report")),
            pooling=HeadPooling(said.get("pooling", HeadPooling.CLS)),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder / DESCRIPTION_FILE} is not as Asterism writes it ({error}). Train the tagger again."
        ) from error


def all_infos(own: Path) -> list[TaggerInfo]:
    """Return what all taggers say of themselves; a damaged one says so where it came from, and hides no other."""
    infos = []
    for name, folder in tagger_folders(own).items():
        try:
            infos.append(tagger_info(folder))
        except ModelError as error:
            infos.append(TaggerInfo(name, (), "", f"damaged: {error}", {}, taught=False))
    return infos


def _model_info(folder: Path) -> TaggerInfo:
    """Return what the config.json of a transformers model says of it."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        names = sorted((int(number), str(label)) for number, label in config.get("id2label", {}).items())
        several = config.get("problem_type") == "multi_label_classification"
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"The model in {folder} cannot be read: {error}.") from error
    return TaggerInfo(
        name=folder.name,
        labels=tuple(label for _, label in names),
        base=str(config.get("model_type", "")),
        origin=str(folder),
        measured={},
        kind=TaggerKind.MODEL,
        multi_label=several,
    )


def _kind(said: Mapping[str, Any]) -> TaggerKind:
    return TaggerKind(str(said.get("kind", TaggerKind.ADAPTER.value)))


def _report(said: Mapping[str, Any] | None) -> TagReport | None:
    """Return a report as it was before it became JSON."""
    if not said:
        return None
    return TagReport(
        labels=tuple(map(str, said["labels"])),
        texts=int(said["texts"]),
        accuracy=float(said["accuracy"]),
        macro_f1=float(said["macro_f1"]),
        majority=float(said["majority"]),
        calibration_error=float(said["calibration_error"]),
        recalls=tuple(map(float, said["recalls"])),
        confusion=tuple(tuple(map(int, row)) for row in said.get("confusion", ())),
        coverage=tuple((float(share), float(right)) for share, right in said.get("coverage", ())),
        caution=str(said.get("caution", "")),
    )


@cache
def _digest(weights: tuple[tuple[Path, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _ in weights:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
