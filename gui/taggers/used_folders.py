"""Model folders that were used as taggers, remembered between runs: the engine lists its own taggers only."""

import json
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QSettings

from engine.tagging.records import TaggerInfo, TaggerKind
from gui.wording import place

KEY = "taggers/folders"


def folder_tagger(folder: str, labels: tuple[str, ...], multi_label: bool) -> TaggerInfo:
    """Return what is known of a classification model in a folder, which has no card and no measures."""
    return TaggerInfo(
        folder, labels, place(folder), folder, {}, kind=TaggerKind.MODEL, multi_label=multi_label
    )


def remember(settings: QSettings, taggers: Iterable[TaggerInfo]) -> None:
    """Write down the folders with their labels, so that no model need be opened to list them."""
    said = [{"folder": info.name, "labels": info.labels, "multi_label": info.multi_label} for info in taggers]
    settings.setValue(KEY, json.dumps(said))


def remembered(settings: QSettings) -> dict[str, TaggerInfo]:
    """Return the taggers by folder that were written down and are still there; none when that is damaged."""
    try:
        said = json.loads(str(settings.value(KEY, "[]")))
        known = [
            folder_tagger(str(one["folder"]), tuple(map(str, one["labels"])), bool(one["multi_label"]))
            for one in said
        ]
    except (ValueError, TypeError, KeyError):
        return {}
    return {info.name: info for info in known if Path(info.name).is_dir()}
