"""What colours the points now: columns and trust are asked of the engine when they are chosen."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from engine.map.records import ColumnKind, MapColumn, MapTrust
from gui.engine_link import EngineLink, Job
from gui.map.colour_box import TRUST, ColourBox
from gui.map.drawing.colouring import Colouring, by_cluster, by_column, by_format, by_label, by_trust
from gui.map.drawing.figure import Figure
from gui.session import Session

FRAME = 60
"""Milliseconds in which the colours follow the threshold of the tags."""
TRUST_KINDS = tuple(kind for kind, _text, _tip in TRUST)


class ColourChoice(QObject):
    """Keeps `colouring` true to what the box says and to what is known; `changed` when it is another."""

    changed = Signal()
    columns_known = Signal(object)
    """The columns of the corpus whose map is shown, as (name, kind)."""

    def __init__(self, link: EngineLink, session: Session, box: ColourBox) -> None:
        super().__init__(box)
        self._link = link
        self._session = session
        self._box = box
        self._figure: Figure | None = None
        self._shapes = False
        self._job: Job | None = None
        self.colouring: Colouring | None = None
        self._unanswered = QTimer(self, interval=0, singleShot=True)
        self._unanswered.timeout.connect(self._give_up)
        box.kind_changed.connect(self._on_kind)
        session.column_changed.connect(self._show)
        session.trust_changed.connect(self._on_trust)
        session.tags_changed.connect(self._on_tags)
        self._threshold = QTimer(self, interval=FRAME, singleShot=True)
        self._threshold.timeout.connect(self._on_tags)
        session.unsure_below_changed.connect(self._threshold.start)
        link.job_changed.connect(self._on_job)

    def of(self, figure: Figure | None) -> Colouring | None:
        """Return what colours another figure; by cluster while what the box says is not known."""
        self._figure = figure
        self.colouring = self._made()
        if figure is not None and self.colouring is None:
            self.colouring = by_cluster(figure, self._shapes)
        return self.colouring

    def ask(self) -> None:
        """Ask what columns there are, and then for the chosen one of these passages."""
        if self._figure is not None:
            name = self._session.corpus_name
            self._link.call("map_columns", name, on_done=self._on_columns, replaces="map_columns")

    def use_shapes(self, shapes: bool) -> None:
        """Tell points apart by their shapes too, or by colours alone."""
        self._shapes = shapes
        self._show()

    def measure_trust(self) -> None:
        """Show where the picture lies."""
        self._box.choose("false")

    # what is known

    def _made(self) -> Colouring | None:
        """Return the colouring that the box asks for, None when what it takes is not known."""
        figure, kind = self._figure, self._box.kind
        if figure is None:
            return None
        if kind == "format":
            return by_format(figure, self._shapes)
        if kind == "label":
            return by_label(figure, self._session.tags, self._shapes, self._session.unsure_below)
        if self._box.column:
            column = self._session.column
            known = column is not None and column.column == self._box.column
            return by_column(figure, column, self._shapes) if known else None
        if kind in TRUST_KINDS:
            trust = self._session.trust
            return by_trust(figure, trust, kind) if trust is not None else None
        return by_cluster(figure, self._shapes)

    def _show(self) -> None:
        made = self._made()
        if made is not None:
            self.colouring = made
            self.changed.emit()

    def _on_kind(self) -> None:
        if self._figure is not None and self._made() is None:
            self._ask()
        else:
            self._show()

    def _on_tags(self) -> None:
        if self._box.kind == "label":
            self._show()

    def _on_trust(self) -> None:
        if self._box.kind in TRUST_KINDS:
            self._show()

    # what is asked

    def _ask(self) -> None:
        if self._job is not None and self._job in self._link.jobs:
            self._job.cancel()
        name = self._session.corpus_name
        if self._box.column:
            self._job = self._link.start(
                f"Reading “{self._box.column}” of every passage",
                "map_column",
                name,
                self._box.column,
                on_done=partial(self._on_column, name),
            )
        elif self._box.kind in TRUST_KINDS:
            self._job = self._link.start(
                "Measuring how far the map is to be trusted",
                "measure_trust",
                name,
                on_done=partial(self._on_measured, name),
            )

    def _on_columns(self, columns: tuple[tuple[str, ColumnKind], ...]) -> None:
        self._box.offer(name for name, _kind in columns)
        if self._box.column and self._figure is not None:
            self._ask()
        elif self._made() is None:  # another layout lies elsewhere; nobody asked to measure it
            self._box.choose("cluster")
        self.columns_known.emit(columns)

    def _on_column(self, corpus: str, column: MapColumn) -> None:
        if corpus == self._session.corpus_name:
            self._session.set_column(column)

    def _on_measured(self, corpus: str, trust: MapTrust) -> None:
        if corpus == self._session.corpus_name:
            self._session.set_trust(trust)

    def _on_job(self, _job: object) -> None:
        if self._job is not None and self._job not in self._link.jobs:
            self._job = None
            self._unanswered.start()  # the result, if there is one, comes right after this signal

    def _give_up(self) -> None:
        """Colour by cluster again when the job was cancelled or failed."""
        if self._job is None and self._made() is None:
            self._box.choose("cluster")
