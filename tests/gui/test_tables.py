"""The one item model of all lists."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from gui.tables import RECORD_ROLE, Column, Records

COLUMNS = (
    Column[tuple[str, int]]("Name", lambda row: row[0], tip=lambda row: f"{row[0]}!"),
    Column[tuple[str, int]]("Size", lambda row: f"{row[1]} B", lambda row: row[1], right=True),
)


def made(*rows: tuple[str, int]) -> Records:
    model = Records(COLUMNS)
    model.show(rows)
    return model


def texts(model: Records, column: int = 0) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_it_is_a_sound_item_model(qtbot, qtmodeltester):
    model = made(("b", 9), ("a", 10))
    qtmodeltester.check(model)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.append([("c", 1)])
    model.sort(1)
    model.show([])
    assert tester.model() is model


def test_a_cell_tells_its_text_its_tip_its_side_and_its_record(qtbot):
    model = made(("b", 9))
    assert model.index(0, 1).data() == "9 B"
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "b!"
    assert model.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.index(0, 0).data(RECORD_ROLE) == ("b", 9)
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Size"


def test_sorting_goes_by_the_key_not_by_its_text_and_moves_the_chosen_row_along(qtbot):
    model = made(("b", 9), ("a", 10), ("c", 1))
    from PySide6.QtCore import QPersistentModelIndex

    chosen = QPersistentModelIndex(model.index(0, 0))
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert texts(model) == ["a", "b", "c"]
    assert chosen.row() == 1
    assert chosen.data() == "b"


def test_more_rows_are_asked_for_once_at_each_end(qtbot):
    model = made(("a", 1))
    asked = []
    model.more = asked.append
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert not model.canFetchMore(QModelIndex())
    model.append([("b", 2)])
    model.fetchMore(QModelIndex())
    assert asked == [1, 2]
    assert texts(model) == ["a", "b"]
