"""The map as a picture: a figure at a view, its cluster names, hits and current passage over the points."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui import palette
from gui.map.figure import Colouring, Figure, Rows, by_cluster
from gui.map.geometry import View
from gui.map.overlay import Hits, Names, paint_current, paint_focus, paint_hits, paint_marquee
from gui.map.picture import Drawing
from gui.theme import tones

REST = 80
"""Milliseconds without a move after which the full picture is drawn."""
DIMMED, DIMMED_BY_HITS = 0.28, 0.45
MOST_HITS = 400
"""Hits that get a light each."""
NO_ROWS: Rows = np.zeros(0, dtype=np.int32)


class MapSurface(QWidget):
    """Shows a figure. Rows in its methods are rows of the figure's arrays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Map")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.figure: Figure | None = None
        self.view = View(0, 0, 1, 1, 1)
        self.names_shown = True
        self._colouring: Colouring | None = None
        self._names: Names | None = None
        self._selected: Rows = NO_ROWS
        self._hits: Hits | None = None
        self._current = -1
        self._hovered = -1
        self._marquee: list[QPointF] = []
        self._marquee_tool = "lasso"
        self._focus_by_key = False
        self._fit_follows = True
        self._drawing = Drawing(self)
        self._drawing.finished.connect(self.update)
        self._rest = QTimer(self, interval=REST, singleShot=True)
        self._rest.timeout.connect(self._at_rest)

    def show_figure(self, figure: Figure | None, colouring: Colouring | None = None) -> None:
        """Show another map, fitted; or none."""
        self.figure = figure
        self._colouring = colouring or (by_cluster(figure) if figure else None)
        self._selected, self._hits, self._current = NO_ROWS, None, -1
        self._fit_follows = True
        self._describe()
        self._redraw()
        self.fit()

    def colour_by(self, colouring: Colouring) -> None:
        """Colour the points by something else."""
        self._colouring = colouring
        self._redraw()

    def rename(self, figure: Figure) -> None:
        """Show the same points under other cluster names."""
        self.figure, self._names = figure, None
        self.update()

    def select(self, rows: Rows) -> None:
        """Show these points as selected, the others dimmed."""
        self._selected = rows
        self._drawing.light(rows)
        self._aim()

    def light_hits(self, rows: Rows, scores: list[float]) -> None:
        """Light up the hits of a search by their scores, the others dimmed."""
        self._hits = None
        if len(rows) and self.figure and self._colouring:
            best = np.argsort(scores)[::-1][:MOST_HITS]
            colours = self._colouring.table(tones(self.palette()).dark)[self._colouring.ids[rows[best]]]
            values = np.asarray(scores, dtype=np.float64)[best]
            low, high = values.min(), values.max()
            bright = (values - low) / (high - low) if high > low else np.ones(len(values))
            names = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in colours.astype(int).tolist()]
            self._hits = Hits(self.figure.data.xy[rows[best]], bright, names)
        self.update()

    def mark_current(self, row: int) -> None:
        """Mark the passage being read; -1 for none. It is brought into view when it is outside."""
        self._current = row
        if row >= 0 and self.figure:
            x, y = (float(value) for value in self.figure.data.xy[row])
            across, down = self.view.to_window(x, y)
            if not (0 <= across <= self.width() and 0 <= down <= self.height()):
                self._move(self.view.panned(self.width() / 2 - across, self.height() / 2 - down))
        self.update()

    def show_rows(self, rows: Rows) -> None:
        """Zoom to some points."""
        if self.figure and len(rows):
            view = View.fitted(self.figure.bounds_of_rows(rows), self.width(), self.height())
            closest = self._fitted_scale() * 40
            self._move(View(view.x, view.y, min(view.scale, closest), view.width, view.height))

    def show_names(self, shown: bool) -> None:
        """Show or hide the cluster names."""
        self.names_shown = shown
        self.update()

    def fit(self) -> None:
        """Show the whole map."""
        if self.figure:
            self._move(self.figure.fitted(self.width(), self.height()))
        self._fit_follows = True

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Come `factor` times closer to the place under `at`, the middle by default."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        self._move(self.view.zoomed(factor, at.x(), at.y(), self._fitted_scale()))

    def finish_drawing(self) -> None:
        """Draw the full picture now, without waiting for the hand to rest; for pictures of the window."""
        self._rest.stop()
        self._at_rest()
        self._drawing.finish()

    # moving

    def _move(self, view: View) -> None:
        if view == self.view or not self.figure:
            return
        self.view = view
        self._fit_follows = False
        self._rest.start()
        self._aim(moving=True)
        self.update()

    def _at_rest(self) -> None:
        self._place_names()
        self._aim()
        self.update()

    def _aim(self, moving: bool = False) -> None:
        if self.figure and self.width() > 0 and self.height() > 0:
            self._drawing.aim(self.view, self._fitted_scale(), self.devicePixelRatioF(), moving)

    def _redraw(self) -> None:
        self._names = None
        self._drawing.show(self.figure, self._colouring, tones(self.palette()).dark)
        self._drawing.light(self._selected)
        self._aim()
        self.update()

    def _fitted_scale(self) -> float:
        return self.figure.fitted(self.width(), self.height()).scale if self.figure else 1.0

    def _place_names(self) -> None:
        if self.figure is None or not self.figure.data.clusters:
            return
        ratio, colours = self.devicePixelRatioF(), tones(self.palette())
        if self._names is None or (self._names.ratio, self._names.tones) != (ratio, colours):
            self._names = Names(self.figure, self.font(), colours, ratio)
        self._names.place(self.view, self._fitted_scale())

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the newest picture where it now belongs, and what stands over it."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.surface))
        if self.figure is None:
            return
        if self._drawing.picture is None:
            self._aim(moving=True)
            self._drawing.finish()
            self._rest.start()
        self._drawing.paint(painter, self.view, self._dimming())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self._drawing.radius(self.view)
        if self.names_shown:
            if self._names is None:
                self._place_names()
            if self._names:
                painter.setOpacity(0.6 if self._hits else 1.0)  # names step back where hits light up
                self._names.paint(painter, self.view)
                painter.setOpacity(1)
        if self._hits:
            paint_hits(painter, self.view, self._hits, radius, palette.glow_colour(colours.dark), colours)
        if self._current >= 0:
            paint_current(painter, self._spot(self._current), radius, colours)
        if self._hovered >= 0 and self._hovered != self._current:
            spot = self._spot(self._hovered)
            painter.setPen(QColor(colours.text))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(spot, max(radius, 3) + 2, max(radius, 3) + 2)
        paint_marquee(painter, self._marquee, self._marquee_tool == "lasso", colours)
        if self._focus_by_key:
            paint_focus(painter, self.width(), self.height(), colours)

    def _dimming(self) -> float:
        if len(self._selected):
            return DIMMED
        return DIMMED_BY_HITS if self._hits else 1.0

    def _spot(self, row: int) -> QPointF:
        x, y = self.figure.data.xy[row].tolist() if self.figure else (0.0, 0.0)
        return QPointF(*self.view.to_window(x, y))

    # the window round it

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(720, 520)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which a map says nothing."""
        return QSize(340, 220)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted map fitted, and any other centred."""
        super().resizeEvent(event)
        if self.figure is None:
            return
        if self._fit_follows:
            self.fit()
        else:
            self._move(self.view.resized(self.width(), self.height()))
        self._at_rest()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme, the font and the screen."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._redraw()

    def _describe(self) -> None:
        if self.figure:
            data = self.figure.data
            self.setAccessibleDescription(
                f"{len(data.passage_ids):,} passages in {len(data.clusters)} clusters. Arrow keys move, + and − zoom, "
                "0 shows all, Enter reads the passage nearest to the middle."
            )
