"""The map as a picture: a figure at a view, its names, hits, current passage and other marks over the points."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEasingCurve, QEvent, QIODevice, QPointF, QSize, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStyle, QWidget

from engine.map.records import QueryPlace
from gui.map.drawing import morph, svg, vector
from gui.map.drawing.colouring import Colouring, by_cluster
from gui.map.drawing.density import density_of
from gui.map.drawing.figure import Figure, Rows
from gui.map.drawing.geometry import View
from gui.map.drawing.morph import Morph
from gui.map.drawing.names import MOST_PICTURES, Names
from gui.map.drawing.overlay import Overlay, paint_current, paint_focus, paint_hovered, paint_marquee
from gui.map.drawing.picture import Drawing
from gui.map.drawing.relief import Relief, Shading
from gui.theme import tones

REST = 80
"""Milliseconds without a move after which the full picture is drawn."""
DIMMED, DIMMED_BY_HITS = 0.28, 0.45
NAMES_A_FRAME = 6
"""Names drawn anew in one frame, some milliseconds each at first; the others follow in the next."""
EXPORT_RATIO = 2.0
"""Pixels to a window pixel of a picture inside a drawing."""
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
        self._only: Rows | None = None
        self.overlay = Overlay()
        self._density_shown = False
        self._shading: Shading | None = None
        self._current = -1
        self._hovered = -1
        self._marquee: list[QPointF] = []
        self._marquee_tool = "lasso"
        self._focus_by_key = False
        self._fit_follows = True
        self._drawing = Drawing(self)
        self._drawing.finished.connect(self.update)
        self._more_names = QTimer(self, interval=0, singleShot=True)
        self._more_names.timeout.connect(self.update)
        self._rest = QTimer(self, interval=REST, singleShot=True)
        self._rest.timeout.connect(self._at_rest)
        self._morph: Morph | None = None
        self._way = QVariantAnimation(self, startValue=0.0, endValue=1.0, duration=morph.DURATION)
        self._way.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._way.valueChanged.connect(self._on_way)
        self._way.finished.connect(self.finish_morph)

    def show_figure(self, figure: Figure | None, colouring: Colouring | None = None) -> None:
        """Show another map, fitted; or none."""
        self._end_morph()
        self.figure = figure
        self._colouring = colouring or (by_cluster(figure) if figure else None)
        self._selected, self._current = NO_ROWS, -1
        self.overlay = Overlay(figure)
        self._only = self._shading = None
        self._fit_follows = True
        self._describe()
        self._redraw()
        self.fit()

    def morph_to(self, figure: Figure, colouring: Colouring | None = None) -> None:
        """Show another map, fitted: the points that both have glide from their old places to the new ones."""
        before, seen = self.figure, self.view
        self.show_figure(figure, colouring)
        if before is not None and self._colouring and self._animates():
            self._morph = Morph(before, seen, figure, self._colouring, tones(self.palette()).dark)
            self._way.start()

    @property
    def moving(self) -> bool:
        """Return whether the points are on their way from the last map to this one."""
        return self._morph is not None

    def finish_morph(self) -> None:
        """End the way from the last map to this one at once."""
        if self._morph is not None:
            self._end_morph()
            self._at_rest()

    def update_figure(self, figure: Figure, colouring: Colouring | None = None) -> None:
        """Show the same points in other clusters or under other names; view and marks stay."""
        self.figure = self.overlay.figure = figure
        self.overlay.show_hull((), None)
        self._colouring = colouring or by_cluster(figure)
        self._describe()
        self._redraw()

    def colour_by(self, colouring: Colouring) -> None:
        """Colour the points by something else."""
        self._colouring = colouring
        self._redraw()

    def rename(self, figure: Figure) -> None:
        """Show the same points under other cluster names."""
        self.figure = self.overlay.figure = figure
        self._names = None
        self.update()

    def select(self, rows: Rows) -> None:
        """Show these points as selected, the others dimmed."""
        self._selected = rows
        self._drawing.light(rows)
        self._aim()

    def light_hits(self, rows: Rows, scores: list[float]) -> None:
        """Light up the hits of a search by their scores, the others dimmed."""
        if self._colouring:
            self.overlay.light_hits(rows, scores, self._colouring, tones(self.palette()).dark)
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

    def show_only(self, rows: Rows | None) -> None:
        """Let all points but these step far back; None shows all alike."""
        self._only = rows
        self._drawing.keep(rows)
        self._drawing.light(self._selected)
        self._aim()

    def show_density(self, on: bool) -> None:
        """Shade the ground by how densely points lie, or no longer."""
        self._density_shown = on
        self.update()

    def show_hull(self, cluster_ids: Sequence[int]) -> None:
        """Draw an outline round the points of these clusters; empty for none."""
        if self.overlay.show_hull(cluster_ids, self._colouring):
            self.update()

    def mark_query(self, place: QueryPlace | None) -> None:
        """Mark where a query would lie, with lines to its nearest neighbours; faint where nothing is near it."""
        self.overlay.mark_query(place)
        self.update()

    def draw_links(self, row: int, rows: Rows) -> None:
        """Draw lines from a point to others, the nearest first; -1 for none."""
        self.overlay.draw_links(row, rows)
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

    def pan(self, across: float, down: float) -> None:
        """Push the map by so many pixels."""
        self._move(self.view.panned(across, down))

    def view_image(self, ratio: float = 2.0, ground: bool = True) -> QImage:
        """Return the present view at `ratio` pixels to a window pixel, on the theme's ground or a transparent one."""
        image = QImage(self.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor(tones(self.palette()).surface) if ground else Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint_view(painter, ratio)
        painter.end()
        return image

    def paint_view(self, painter: QPainter, ratio: float) -> None:
        """Paint the present view, sharp at `ratio` device pixels to a window pixel; no ground, no tools' marks."""
        if self.figure is None:
            return
        picture = self._drawing.draw(self.view, self._fitted_scale(), ratio)
        names = self._new_names(ratio)
        shading = self._known_shading()
        if shading:
            shading.relief.paint(painter, self.view, tones(self.palette()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture.paint(painter, self.view, self._dimming())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter, names)

    def write_svg(self, device: QIODevice) -> None:
        """Write the present view as an SVG drawing: points as shapes while they are few, names as text."""
        colours, radius = tones(self.palette()), self._drawing.radius(self.view)
        parts: list[str] = []
        shading, names, marks = self._known_shading(), self._new_names(1.0), self.overlay
        if shading:
            parts += vector.ground(shading.relief, self.view, colours)
        parts += vector.points(self._drawing.layers(self._dimming()), self.view, radius, self._points_image)
        parts += vector.outline(marks.hull, self.view, colours) if marks.hull else []
        parts += vector.links(marks.links, self.view, colours) if marks.links else []
        if names and self.names_shown:
            parts += [svg.text(text, colours.surface) for text in names.texts(self.view)]
        parts += vector.hits(marks.hits, self.view, radius, colours) if marks.hits else []
        parts += vector.query(marks.query, self.view, colours) if marks.query else []
        device.write(svg.svg(self.view, colours.surface, parts, self.accessibleName()).encode())

    def finish_drawing(self) -> None:
        """Draw the full picture now, without waiting for the hand to rest; for pictures of the window."""
        self._rest.stop()
        self._at_rest()
        self._drawing.finish()
        if self._names:
            self._names.prepare(self.view)

    def _points_image(self) -> QImage:
        """Return the points alone, on a transparent ground."""
        drawn = self._drawing.draw(self.view, self._fitted_scale(), EXPORT_RATIO)
        image = QImage(drawn.base.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        image.setDevicePixelRatio(EXPORT_RATIO)
        painter = QPainter(image)
        drawn.paint(painter, self.view, self._dimming())
        painter.end()
        return image

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

    def _animates(self) -> bool:
        """Return whether things may move by themselves: the desktop can forbid it."""
        lasts = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)
        return lasts > 0 and self._way.duration() > 0 and self.isVisible()

    def _on_way(self, _share: float) -> None:
        self.update()

    def _end_morph(self) -> None:
        self._morph = None
        self._way.stop()

    def _aim(self, moving: bool = False) -> None:
        if self._morph is None and self.figure and self.width() > 0 and self.height() > 0:
            self._drawing.aim(self.view, self._fitted_scale(), self.devicePixelRatioF(), moving)

    def _redraw(self) -> None:
        self._names = None
        self._drawing.show(self.figure, self._colouring, tones(self.palette()).dark)
        self._drawing.keep(self._only)
        self._drawing.light(self._selected)
        self._aim()
        self.update()

    def _fitted_scale(self) -> float:
        return self.figure.fitted(self.width(), self.height()).scale if self.figure else 1.0

    def _place_names(self) -> None:
        ratio, colours = self.devicePixelRatioF(), tones(self.palette())
        if self._names is None or (self._names.ratio, self._names.tones) != (ratio, colours):
            self._names = self._new_names(ratio)
        if self._names:
            self._names.place(self.view, self._fitted_scale())

    def _new_names(self, ratio: float) -> Names | None:
        """Return the names to stand in the present view."""
        if self.figure is None or not self.figure.data.clusters:
            return None
        names = Names(self.figure, self.font(), tones(self.palette()), ratio)
        names.place(self.view, self._fitted_scale())
        return names

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the newest picture where it now belongs, and what stands over it."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.surface))
        if self.figure is None:
            return
        if self._morph is not None:
            share = float(self._way.currentValue())
            frame = self._morph.frame(share, self.view, self._fitted_scale())
            painter.drawImage(0, 0, frame)
            return
        if self._drawing.picture is None:
            self._aim(moving=True)
            self._drawing.finish()
            self._rest.start()
        shading = self._known_shading()
        if shading:
            shading.paint(painter, self.view, colours, self._rest.isActive())
        self._drawing.paint(painter, self.view, self._dimming())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._names is None:
            self._place_names()
        if not self._paint_marks(painter, self._names, NAMES_A_FRAME):
            self._more_names.start()
        if self._hovered >= 0 and self._hovered != self._current:
            paint_hovered(painter, self._spot(self._hovered), self._drawing.radius(self.view), colours)
        paint_marquee(painter, self._marquee, self._marquee_tool == "lasso", colours)
        if self._focus_by_key:
            paint_focus(painter, self.width(), self.height(), colours)

    def _known_shading(self) -> Shading | None:
        """Return the shades of density, when they are to be seen."""
        if self._density_shown and self._shading is None and self.figure:
            density = density_of(self.figure.data.xy)
            self._shading = Shading(Relief.of(density)) if density else None
        return self._shading if self._density_shown else None

    def _paint_marks(
        self, painter: QPainter, names: Names | None, most_new_names: int = MOST_PICTURES
    ) -> bool:
        """Paint what stands over the points; return whether all names are there."""
        whole = True
        colours, radius = tones(self.palette()), self._drawing.radius(self.view)
        self.overlay.paint_below(painter, self.view, radius, colours)
        if names and self.names_shown:
            painter.setOpacity(0.6 if self.overlay.hits else 1.0)  # names step back where hits light up
            whole = names.paint(painter, self.view, most_new_names)
            painter.setOpacity(1)
        self.overlay.paint_above(painter, self.view, radius, colours)
        if self._current >= 0:
            paint_current(painter, self._spot(self._current), radius, colours)
        return whole

    def _dimming(self) -> float:
        if len(self._selected):
            return DIMMED
        return DIMMED_BY_HITS if self.overlay.hits else 1.0

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
