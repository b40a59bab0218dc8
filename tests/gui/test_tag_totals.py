"""Totals of tags by group, and the contrast of two clusters."""

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication

from engine.map.records import MapColumn
from engine.tagging.records import TagContrast, TagTotal, TagTotals
from gui.tagging.contrast_dialog import ContrastDialog, clearest, verdict
from gui.tagging.interval_bar import IntervalBar, points, said
from gui.tagging.label_looks import looks
from gui.tagging.time_shares import TimeShares, months_of, years
from gui.tagging.totals_dialog import TotalsDialog
from gui.tagging.totals_rows import told_places
from tests.gui import fakes

LABELS = fakes.LABELS


def total(group: str, *counts: int, unsure: int = 0, cluster_id: int | None = None) -> TagTotal:
    mean = tuple(part / (sum(counts) or 1) for part in counts)
    return TagTotal(group, counts, mean, unsure, cluster_id)


def totals(by: str) -> TagTotals:
    groups = {
        "cluster": (
            total("ferry, harbour, tide", 10, 20, 70, unsure=5, cluster_id=0),
            total("bread, bakery, counter", 30, 10, 10, unsure=10, cluster_id=1),
            total("Noise", 0, 0, 0, cluster_id=-1),
        ),
        "month": (total("2023-11", 4, 0, 0), total("2024-02", 1, 1, 0), total("", 9, 9, 9)),
        "author": (total("Ada", 3, 1, 0), total("Grace", 0, 0, 2), total("", 1, 0, 0)),
    }
    counts = np.array([group.counts for group in groups[by]]).sum(0).tolist()
    return TagTotals("sentiment", by, LABELS, groups[by], total("", *counts, unsure=15))


def contrast() -> TagContrast:
    """Negative clearly more often in the first, positive clearly less, neutral neither."""
    return TagContrast(
        LABELS,
        total("ferry, harbour, tide", 40, 30, 30, cluster_id=0),
        total("bread, bakery, counter", 20, 30, 50, cluster_id=1),
        (0.2, 0.0, -0.2),
        (0.07, -0.12, -0.32),
        (0.32, 0.12, -0.06),
        ((3, 7), (2,), (4,)),
        ((7,), (), (1, 6)),
    )


@pytest.fixture
def dialog(window, link) -> TotalsDialog:
    link.answers["tag_totals"] = lambda _name, by, _tagger, unsure_below: totals(by)
    link.answers["tag_contrast"] = contrast()
    link.answers["map_columns"] = (
        ("folder", "category"),
        ("author", "category"),
        ("rating", "number"),
        ("date", "date"),
    )
    dialog = TotalsDialog(window.link, window.session, window.tag_commands, window)
    dialog.show()
    return dialog


def cells(dialog: TotalsDialog, row: int) -> list[str]:
    model = dialog.table.model()
    return [model.index(row, column).data() for column in range(model.columnCount())]


def choose(dialog: TotalsDialog, *rows: int) -> None:
    model = dialog.table.selectionModel()
    model.clearSelection()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in rows:
        model.select(dialog.rows.index(row, 0), flags)
    dialog.table.clicked.emit(dialog.rows.index(rows[-1], 0))


def test_a_row_tells_the_counts_and_the_share_of_each_label(dialog):
    assert cells(dialog, 0) == ["ferry, harbour, tide", "100", "", "10 %", "20 %", "70 %", "5 %"]
    assert cells(dialog, 1) == ["bread, bakery, counter", "50", "", "60 %", "20 %", "20 %", "20 %"]
    assert cells(dialog, 2) == ["Noise", "0", "", "–", "–", "–", "–"]
    assert dialog.whole.text() == (
        "150 passages tagged, positive 80 · 53 %, negative 40 · 27 %, neutral 30 · 20 %, unsure 15 · 10 %"
    )


def test_groups_are_sorted_by_any_column(dialog):
    dialog.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert [cells(dialog, row)[0] for row in range(3)] == [
        "bread, bakery, counter",
        "ferry, harbour, tide",
        "Noise",
    ]


def test_a_cluster_that_is_chosen_becomes_the_selection(dialog, window):
    choose(dialog, 1)
    data = window.session.map
    assert window.session.selection == set(data.passage_ids[data.cluster_ids == 1].tolist())
    assert window.session.selection_origin == "cluster bread, bakery, counter"
    choose(dialog, 0, 2)
    assert window.session.selection == set(data.passage_ids[np.isin(data.cluster_ids, (0, -1))].tolist())
    assert window.session.selection_origin == "2 clusters"


def test_a_group_of_a_column_is_selected_once_the_column_is_read(dialog, window, link):
    dialog.choice.setCurrentIndex(dialog.choice.findData("author"))
    choose(dialog, 0)
    assert link.asked("map_column") == [(("Town papers", "author"), {})]
    ids = np.array([0, 1, 0, -1], np.int32)
    link.end(MapColumn("author", "category", np.array([1, 2, 3, 4]), ids, ("Ada", "Grace")))
    assert window.session.selection == {1, 3}
    choose(dialog, 1)
    assert window.session.selection == {2}
    assert len(link.asked("map_column")) == 1
    choose(dialog, 2)
    assert dialog.note.text().startswith("The passages of these groups cannot be selected")


def test_columns_of_the_corpus_are_offered_but_not_those_told_otherwise(dialog):
    offered = [dialog.choice.itemData(place) for place in range(dialog.choice.count())]
    assert offered == ["cluster", "folder", "month", "author", "rating"]


def test_without_tags_the_dialog_says_what_to_do(window, link):
    empty = total("", 0, 0, 0)
    link.answers["tag_totals"] = TagTotals("sentiment", "cluster", LABELS, (), empty)
    dialog = TotalsDialog(window.link, window.session, window.tag_commands, window)
    assert dialog.empty.title.text() == "Nothing is tagged yet"
    assert not dialog.save.isEnabled()


def test_what_goes_wrong_stands_in_place_of_the_table(window, link):
    link.call = lambda _method, *args, on_error=None, **named: on_error and on_error("There is no map yet.")
    dialog = TotalsDialog(window.link, window.session, window.tag_commands, window)
    assert dialog.empty.text.text() == "There is no map yet."


def test_months_without_tags_have_their_place_and_unknown_ones_none(dialog):
    dialog.choice.setCurrentIndex(dialog.choice.findData("month"))
    assert dialog.time.isVisible()
    assert [(month, found.tagged if found else 0) for month, found in dialog.time.months] == [
        ("2023-11", 4),
        ("2023-12", 0),
        ("2024-01", 0),
        ("2024-02", 2),
    ]
    assert years(dialog.time.months) == [(0, "2023"), (2, "2024")]
    assert not dialog.grab().isNull()
    assert months_of(()) == []


def test_a_month_is_as_tall_as_it_has_tags(qtbot):
    strip = TimeShares()
    qtbot.addWidget(strip)
    strip.resize(400, strip.sizeHint().height())
    strip.show_totals(totals("month").groups, LABELS, looks(LABELS))
    tall = [place.height() for place in strip.columns()]
    assert tall[0] == pytest.approx(2 * tall[3])
    assert tall[1:3] == [0, 0]


def test_of_many_labels_the_three_commonest_have_a_column():
    many = tuple(f"label {number}" for number in range(30))
    counts = [0] * 30
    counts[3], counts[17], counts[25], counts[9], counts[1] = 5, 9, 2, 4, 1
    assert told_places(TagTotals("t", "cluster", many, (), total("", *counts))) == [3, 9, 17]


def test_two_clusters_are_contrasted_from_the_totals(dialog, window):
    choose(dialog, 0)
    assert not dialog.contrast.isEnabled()
    choose(dialog, 0, 1)
    dialog.contrast.click()
    shown = dialog.findChild(ContrastDialog)
    assert window.link.asked("tag_contrast") == [(("Town papers", 0, 1, "sentiment"), {"unsure_below": 0.5})]
    assert [bar.said for bar in shown.bars] == [
        "+20 points (+7.0 to +32)",
        "no clear difference",
        "−20 points (−32 to −6.0)",
    ]
    assert shown.verdict.text() == (
        "“ferry, harbour, tide” is more often negative, less often positive, "
        "compared with “bread, bakery, counter”"
    )


def test_a_label_that_is_pressed_shows_the_surest_of_it_and_a_click_reads_one(qtbot, window, link):
    link.answers["tag_contrast"] = contrast()
    dialog = ContrastDialog(window.link, window.session, 0, 1, window)
    dialog.show()
    assert [passage.id for passage in dialog.sides[0].list.rows.rows] == [3, 7]
    dialog.bars[2].click()
    first, second = dialog.sides
    assert [passage.id for passage in second.list.rows.rows] == [1, 6]
    assert second.about.text() == "Surest of “positive”"
    QApplication.processEvents()
    place = second.list.visualRect(second.list.rows.index(1, 0)).center()
    qtbot.mouseClick(second.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.current == 6
    assert not dialog.grab().isNull()
    dialog.bars[1].click()
    assert second.about.text() == "None is neutral"
    assert [passage.id for passage in first.list.rows.rows] == [2]


def test_the_outline_contrasts_its_two_clusters(window, link):
    link.answers["tag_contrast"] = contrast()
    panel = window.cluster_panel
    clusters = [entry.key for entry in panel.model.outline.entries if entry.kind == "cluster"]
    panel.list.choose((clusters[:2], None))
    assert window.actions_table["tag_contrast"].isEnabled()
    window.actions_table["tag_contrast"].trigger()
    assert link.asked("tag_contrast") == [(("Town papers", 0, 1, "sentiment"), {"unsure_below": 0.5})]


def test_a_cluster_without_tags_is_told(window, link):
    bare = TagContrast(LABELS, total("A", 1, 0, 0), total("B", 0, 0, 0), (0,) * 3, (0,) * 3, (0,) * 3, (), ())
    link.answers["tag_contrast"] = bare
    dialog = ContrastDialog(window.link, window.session, 0, 1, window)
    assert dialog.verdict.text() == "Nothing of “B” is tagged yet. Tag it, or the whole corpus, first."
    assert dialog.bars == []


def test_an_interval_that_holds_zero_is_no_clear_difference():
    assert said(0.05, -0.01, 0.11) == "no clear difference"
    assert said(0.05, 0.0, 0.11) == "no clear difference"
    assert said(0.05, 0.01, 0.11) == "+5.0 points (+1.0 to +11)"
    assert points(-0.123) == "−12"
    assert clearest(contrast()) == 0


def test_no_clear_difference_at_all_is_said_in_words():
    same = contrast()
    flat = TagContrast(
        same.labels, same.first, same.second, (0.02, 0.0, -0.02), (-0.1,) * 3, (0.1,) * 3, (), ()
    )
    assert verdict(flat) == "No clear difference in any label"


def test_bar_and_whiskers_stand_where_the_numbers_say(qtbot):
    bar = IntervalBar("negative", looks(LABELS)[0], 0.2, 0.1, 0.3, 0.4, "")
    qtbot.addWidget(bar)
    bar.resize(600, 30)
    left, right = bar.place(-0.4), bar.place(0.4)
    assert bar.place(0) == pytest.approx((left + right) / 2)
    assert bar.place(0.2) - bar.place(0) == pytest.approx((right - left) / 4)
