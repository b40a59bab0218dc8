"""A dialog that grows with the form in it as far as the screen allows; beyond that the form scrolls."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QDialog, QScrollArea, QWidget

from gui.scrolled import scrolled
from gui.theme import GAP


class GrowingDialog(QDialog):
    """Never cuts its form, and never shrinks under the hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form: QWidget | None = None
        self._area: QScrollArea | None = None

    def grow_with(self, form: QWidget) -> QScrollArea:
        """Return the form as it is to be put into the dialog."""
        self._form, self._area = form, scrolled(form)
        form.installEventFilter(self)
        return self._area

    def event(self, event: QEvent) -> bool:
        """Grow when something beside the form asks for room."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._grow()
        return done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grow when the form asks for room."""
        if watched is self._form and event.type() == QEvent.Type.LayoutRequest:
            self._grow()
        return super().eventFilter(watched, event)

    def _grow(self) -> None:
        if self._form is None or self._area is None or not self._area.isVisible():
            return
        self.layout().activate()
        screen = self.screen().availableGeometry().adjusted(4 * GAP, 4 * GAP, -4 * GAP, -4 * GAP)
        bar = self._area.verticalScrollBar().sizeHint().width()
        wide = max(self._area.width(), self._form.minimumSizeHint().width() + bar)
        high = max(self._area.height(), self._form.layout().totalHeightForWidth(wide - bar))
        self.resize(
            max(self.width(), min(self.width() - self._area.width() + wide, screen.width())),
            max(self.height(), min(self.height() - self._area.height() + high, screen.height())),
        )
