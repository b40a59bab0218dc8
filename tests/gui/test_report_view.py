"""How good a tagger is, on the screen: confusion, coverage, plain words; and all that is known of a tagger."""

import pytest
from PySide6.QtCore import QPointF, QUrl
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.tagging.records import TaggerKind
from gui.bars import ProbabilityBars
from gui.taggers.about_dialog import TaggerDialog, about, facts
from gui.taggers.confusion_matrix import ConfusionMatrix, blend, readable
from gui.taggers.coverage_curve import CoverageCurve
from gui.taggers.coverage_curve import said as coverage_said
from gui.taggers.measure_bars import MeasureBars
from gui.taggers.report_view import ReportView, calibration, verdict
from gui.theme import LIGHT
from tests.gui.tagger_samples import nli, report, sentiment, tagger


@pytest.fixture
def matrix(qtbot: QtBot) -> ConfusionMatrix:
    matrix = ConfusionMatrix(report())
    qtbot.addWidget(matrix)
    matrix.resize(matrix.sizeHint())
    return matrix


def centre(matrix: ConfusionMatrix, row: int, column: int) -> QPointF:
    return QPointF(
        matrix._side() + (column + 0.5) * matrix._cell(), matrix._head() + (row + 0.5) * matrix._row()
    )


def test_a_cell_says_what_was_tagged_as_what(matrix):
    assert matrix.said(0, 0) == "mystery, rightly tagged mystery: 45 of 50 (90 %)"
    assert matrix.said(2, 0) == "romance, tagged mystery: 7 of 20 (35 %)"


def test_every_cell_is_found_under_the_hand(matrix):
    for row in range(3):
        for column in range(3):
            assert matrix.cell_at(centre(matrix, row, column)) == (row, column)
    assert matrix.cell_at(QPointF(2, centre(matrix, 1, 0).y())) is None
    assert matrix.cell_at(QPointF(centre(matrix, 0, 1).x(), 2)) is None


def test_cells_are_shaded_by_their_share_of_the_row(matrix):
    image = matrix.grab().toImage()

    def ground(row: int, column: int) -> str:
        at = centre(matrix, row, column)
        left = round(at.x() - matrix._cell() / 2 + 6)
        return image.pixelColor(left, round(at.y())).name()

    assert ground(0, 0) == blend(LIGHT.surface, LIGHT.accent, 0.08 + 0.72 * 45 / 50)
    assert ground(2, 0) == blend(LIGHT.surface, LIGHT.danger, 0.08 + 0.72 * 7 / 20)


def test_the_matrix_is_read_out_row_by_row(matrix):
    assert matrix.accessibleDescription().split("; ") == [
        "mystery: 90 % of 50 texts found, most mistaken for history (5)",
        "history: 80 % of 30 texts found, most mistaken for mystery (4)",
        "romance: 55 % of 20 texts found, most mistaken for mystery (7)",
    ]


def test_a_label_that_no_text_has_divides_by_nothing(qtbot):
    matrix = ConfusionMatrix(report(labels=("a", "b"), confusion=((3, 0), (0, 0)), recalls=(1.0, 0.0)))
    qtbot.addWidget(matrix)
    matrix.grab()
    assert matrix.said(1, 0) == "b, tagged a: 0"


def test_thirty_labels_write_their_names_upwards(qtbot):
    labels = tuple(f"a rather long label {number}" for number in range(30))
    confusion = tuple(tuple(9 if row == column else 1 for column in range(30)) for row in range(30))
    matrix = ConfusionMatrix(report(labels=labels, confusion=confusion, recalls=(9 / 38,) * 30))
    qtbot.addWidget(matrix)
    assert matrix._head() > 4 * matrix._row()
    assert matrix._cell() < 40
    matrix.grab()


def test_numbers_can_be_read_on_any_ground():
    assert readable("#ffffff") == "#101418"
    assert readable("#234da8") == "#ffffff"
    assert blend("#000000", "#ffffff", 0.5) == QColor(128, 128, 128).name()


def test_the_report_begins_with_the_caution(qtbot):
    view = ReportView(report(caution="Only 12 texts were held out."))
    qtbot.addWidget(view)
    said = view.layout().itemAt(0).widget().findChildren(QLabel)[-1]
    assert said.accessibleName() == "Caution: Only 12 texts were held out."


def test_measures_stand_against_the_majority(qtbot):
    view = ReportView(report())
    qtbot.addWidget(view)
    bars = view.findChild(MeasureBars)
    assert bars.accessibleDescription() == "Accuracy 0.800, Macro-F1 0.780, Majority baseline 0.500"
    assert verdict(report()) == (
        "Measured on 100 texts that it did not learn from. It is right for 80 %; always saying the commonest "
        "label would be right for 50 %."
    )
    assert "no better than knowing nothing" in verdict(report(accuracy=0.5))


def test_without_a_confusion_what_was_found_of_each_label_is_shown(qtbot):
    view = ReportView(report(confusion=()))
    qtbot.addWidget(view)
    assert view.findChild(ConfusionMatrix) is None
    found = view.findChild(ProbabilityBars)
    assert found.accessibleDescription() == "mystery 90 %, history 80 %, romance 55 %"


@pytest.mark.parametrize(
    ("error", "start"),
    [
        (0.01, "They can be taken"),
        (0.05, "They are nearly"),
        (0.08, "They are right"),
        (0.2, "Take them as an"),
    ],
)
def test_calibration_is_said_in_words(error, start):
    assert calibration(error).startswith(start)
    assert f"{error:.3f}" in calibration(error)


def test_coverage_is_said_in_words_and_read_off_by_the_hand(qtbot):
    assert coverage_said(report().coverage) == "Of all texts it tags 80 % rightly; of the surest 50 %, 94 %."
    curve = CoverageCurve(report().coverage)
    qtbot.addWidget(curve)
    curve.resize(400, 160)
    curve.show()
    assert curve.points[0] == (0.25, 1.0)
    box = curve._box()
    assert curve._spot(0.5, 0.94, 0.8).x() == pytest.approx(box.center().x())
    qtbot.mouseMove(curve, curve._spot(0.75, 0.88, curve._low()).toPoint())
    assert curve.points[curve._pointed] == (0.75, 0.88)
    curve.grab()


# about a tagger


def test_facts_name_labels_base_and_origin():
    said = dict(facts(tagger(multi_label=True, unsure_below=0.6)))
    assert said["Labels"] == "mystery, history, romance"
    assert said["Gives"] == "each label a chance of its own"
    assert said["Unsure"] == "below a probability of 60 %"
    assert said["From"] == "made here"
    assert said["Measured"] == "accuracy 0.800"
    assert dict(facts(nli()))["Reads"] == "two texts, as [CLS] A [SEP] B [SEP]"
    assert dict(facts(sentiment()))["From"] == "comes with Asterism"
    assert about(sentiment()).startswith("Comes with Asterism. LoRA")


def test_a_hundred_labels_are_not_all_named():
    said = dict(facts(tagger(labels=tuple(f"l{number}" for number in range(100)))))
    assert said["Labels"].endswith("l39 and 60 more")


def test_a_folder_is_where_it_is_from():
    said = dict(facts(tagger("/srv/models/roberta", kind=TaggerKind.MODEL, base="roberta")))
    assert said["From"] == "/srv/models/roberta"
    assert "Base" not in said


def test_pages_are_those_there_is_something_for(qtbot):
    bare = TaggerDialog(tagger())
    qtbot.addWidget(bare)
    assert list(bare.pages) == ["facts"]
    assert bare.tabs.isHidden()
    full = TaggerDialog(tagger(report=report(), card="# Genre"))
    qtbot.addWidget(full)
    assert list(full.pages) == ["facts", "report", "card"]
    full.show_page("report")
    assert full.stack.currentWidget() is full.pages["report"]


def test_a_card_loads_nothing_and_follows_nothing(qtbot):
    full = TaggerDialog(tagger(card="![](https://example.org/x.png) [link](https://example.org)"))
    qtbot.addWidget(full)
    card = full.pages["card"]
    assert card.loadResource(2, QUrl("https://example.org/x.png")) is None
    assert not card.openLinks()
    full.show_page("card")
    card.grab()
