"""The head of the reader: of which document a passage is, where in it, which hit, and its cluster and tag as chips."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.chip import Chip
from gui.clusters.menu import ClusterMenu
from gui.palette import colours_of_clusters, label_colours, noise_colour
from gui.panel import Elided, Heading
from gui.session import Session
from gui.tagging.tagged import SIGNS, listed, tag_of
from gui.theme import GAP, tones
from gui.wording import count, format_name, from_home, percent
from indexes.records import Cluster, Passage

TAG_WIDTH = 150
"""Pixels that a tag keeps beside the name of a cluster."""


class PassageHead(QWidget):
    """Says what is known of one passage; its chips follow the map and the tags of the session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._passage: Passage | None = None
        self._colours: tuple[object, bool, tuple[str, ...]] = (None, False, ())
        self.menu = ClusterMenu(session, self)
        self._build()
        session.map_changed.connect(self._say_cluster)
        session.tags_changed.connect(self._say_tag)
        session.unsure_below_changed.connect(self._say_tag)

    def show_passage(self, passage: Passage | None) -> None:
        """Show another passage, or none."""
        self._passage = passage
        if passage is not None:
            self.heading.setText(passage.title or passage.document_key)
            self.path.setText(from_home(passage.path) or format_name(passage.format))
        self._say_cluster()
        self._say_tag()

    def say_place(self, number: int, of: int, hit: tuple[int, int] | None) -> None:
        """Say that it is passage `number` of `of`, and which hit of how many."""
        parts = (
            f"hit {hit[0]:,} of {hit[1]:,}" if hit else "",
            str(self._passage.locator) if self._passage else "",
            f"passage {number:,} of {of:,}",
        )
        self.where.setText("  ·  ".join(part for part in parts if part))

    @property
    def cluster(self) -> Cluster | None:
        """Return the cluster of the passage, None for noise and for a passage that is on no map."""
        data, number = self._session.map, self._cluster_id()
        return next((one for one in data.clusters if one.id == number), None) if data else None

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "tag_chip"):
            self._say_cluster()
            self._say_tag()

    def _build(self) -> None:
        self.heading = Heading("")
        self.heading.setWordWrap(True)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.where = Elided()
        self.path = Elided(mode=Qt.TextElideMode.ElideMiddle)
        self.where.muted = self.path.muted = True
        self.cluster_chip = Chip(gives_way=True)
        self.tag_chip = Chip(gives_way=True)
        chips = QHBoxLayout()
        chips.setSpacing(GAP // 2)
        chips.addWidget(self.cluster_chip)
        chips.addWidget(self.tag_chip)
        chips.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 0, 2 * GAP, GAP)
        column.setSpacing(3)
        column.addWidget(self.heading)
        column.addWidget(self.where)
        column.addWidget(self.path)
        column.addSpacing(3)
        column.addLayout(chips)
        self.cluster_chip.hide()
        self.tag_chip.hide()

    def _cluster_id(self) -> int | None:
        """Return the cluster id of the passage, −1 for noise, None when it is on no map."""
        data = self._session.map
        if self._passage is None or data is None:
            return None
        row = int(data.passage_ids.searchsorted(self._passage.id))
        if row >= len(data.passage_ids) or data.passage_ids[row] != self._passage.id:
            return None
        return int(data.cluster_ids[row])

    def _say_cluster(self) -> None:
        data, number, cluster = self._session.map, self._cluster_id(), self.cluster
        dark = tones(self.palette()).dark
        self.menu.cluster = cluster
        self.cluster_chip.setVisible(data is not None and number is not None)
        if data is None or cluster is None:
            self.cluster_chip.say("No cluster", "This passage is in no cluster", noise_colour(dark))
            return
        if self._colours[0] is not data or self._colours[1] != dark:
            self._colours = data, dark, colours_of_clusters(data, dark)
        colour = self._colours[2][cluster.id]
        tip = f"Cluster: {cluster.name}, {count(cluster.size, 'passage')}"
        self.cluster_chip.say(cluster.name, tip, colour, self.menu)

    def _say_tag(self) -> None:
        tags, passage = self._session.tags, self._passage
        self.tag_chip.hide()
        tag = tag_of(tags, passage.id, self._session.unsure_below) if passage is not None else None
        if tag is None or tags is None:
            return
        ink = label_colours(tags.labels, tones(self.palette()).dark)[tag.place]
        sign = SIGNS[tag.state]
        shown = (
            f"{listed(tag.names)}, yours" if tag.mine else f"{listed(tag.names)}, {percent(tag.probability)}"
        )
        says = f"{sign} {shown}" if sign else shown
        self.tag_chip.say(says, f"{tag.tip()} (by {tags.tagger})", ink if tag.names else "")
        self.tag_chip.setMinimumWidth(min(self.tag_chip.sizeHint().width(), TAG_WIDTH))
        self.tag_chip.show()
