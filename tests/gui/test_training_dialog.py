"""Training in the window: what is asked for, the numbers as they come, stopping, and what came of it."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.progress import Progress
from gui.palette import in_turn
from gui.session import Session
from gui.taggers.labels_form import LabelsForm
from gui.taggers.report_view import ReportView
from gui.taggers.table_form import TableForm
from gui.taggers.training import BROKEN, Training
from gui.taggers.training_chart import TrainingChart, ceiling, ticks, told
from gui.taggers.training_curve import TrainingCurve
from gui.taggers.training_dialog import TrainingDialog
from gui.theme import tones
from indexes.records import Source, TableColumns
from tests.gui.fakes import FakeLink, corpus
from tests.gui.tagger_samples import nli, report, sentiment, tagger


def batch(number: int, loss: float, total: int = 100) -> Progress:
    return Progress("Training", number, total, "batches", values=(("loss", loss),))


def held_out(loss: float, score: float, step: str = "Measuring", number: int = 1) -> Progress:
    values = (("held-out loss", loss), ("held-out macro-F1", score))
    return Progress(step, number, 4 if step == "Measuring" else 100, values=values)


@pytest.fixture
def link() -> FakeLink:
    return FakeLink({})


@pytest.fixture
def session() -> Session:
    session = Session()
    session.set_corpus(corpus())
    session.set_taggers((sentiment(), nli()))
    return session


@pytest.fixture
def training(link: FakeLink, session: Session) -> Training:
    return Training(link, session)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "news groups.csv"
    path.write_text("body,category\nhello,space\n")
    return path


@pytest.fixture
def dialog(qtbot: QtBot, training: Training, table: Path) -> TrainingDialog:
    dialog = TrainingDialog(training, TableForm(str(table)), "Train from a table")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def stop(link: FakeLink) -> None:
    """Let the engine say that the cancelled job has stopped."""
    link.jobs.pop()
    link.job_changed.emit(None)


# the curve


def test_batches_stand_where_they_are_in_the_step():
    curve = TrainingCurve()
    for number, loss in ((1, 0.9), (2, 0.7), (4, 0.5)):
        assert curve.add(batch(number, loss))
    assert curve.losses == [(1, 0.9), (2, 0.7), (4, 0.5)]
    assert (curve.end, curve.unit) == (100, "batches")
    assert not curve.add(Progress("Measuring", 1, 2))


def test_what_is_held_out_stands_where_it_was_measured():
    curve = TrainingCurve()
    curve.add(batch(10, 0.9))
    curve.add(held_out(0.8, 0.6))
    curve.add(batch(20, 0.5))
    curve.add(held_out(0.7, 0.75, "Training", 24))
    assert curve.scores == [(10, 0.6), (24, 0.75)]
    assert curve.held_out_losses == [(10, 0.8), (24, 0.7)]


def test_the_running_mean_is_that_of_the_last_25_batches():
    curve = TrainingCurve()
    for number in range(1, 41):
        curve.add(batch(number, float(number)))
    mean = curve.running_mean()
    assert mean.shape == (40, 2)
    assert mean[0].tolist() == [1, 1]
    assert mean[9].tolist() == [10, 5.5]
    assert mean[39].tolist() == [40, np.mean(range(16, 41))]


def test_the_first_of_the_best_scores_is_kept():
    curve = TrainingCurve()
    for number, score in ((1, 0.5), (2, 0.8), (3, 0.8), (4, 0.7)):
        curve.add(batch(number, 1.0))
        curve.add(held_out(1.0, score))
    assert curve.best == (2, 0.8)


def test_a_training_that_begins_again_goes_on_behind():
    curve = TrainingCurve()
    for number in (1, 2, 3, 1, 2):
        curve.add(batch(number, 1.0, 3))
    assert [x for x, _loss in curve.losses] == [1, 2, 3, 4, 5]
    assert curve.end == 6


def test_without_a_total_batches_are_counted():
    curve = TrainingCurve()
    curve.add(Progress("Training", values=(("loss", 1.0),)))
    curve.add(Progress("Training", values=(("loss", 0.5),)))
    assert curve.losses == [(1, 1.0), (2, 0.5)]
    assert curve.end == 2


# the chart


@pytest.mark.parametrize(
    ("number", "round_one"), [(0.31, 0.4), (0.4, 0.4), (1.7, 2), (2.3, 4), (7, 8), (9.1, 10), (0.09, 0.1)]
)
def test_an_axis_ends_at_a_round_number(number, round_one):
    assert ceiling(number) == pytest.approx(round_one)


def test_few_round_numbers_stand_under_the_chart():
    assert ticks(900) == (0, 200, 400, 600, 800)
    assert ticks(1000) == (0, 200, 400, 600, 800, 1000)
    assert ticks(3) == (0, 1, 2, 3)
    assert ticks(1) == (0, 1)


def test_losses_and_scores_have_scales_of_their_own(qtbot: QtBot):
    chart = TrainingChart()
    qtbot.addWidget(chart)
    chart.resize(600, 300)
    curve = TrainingCurve()
    for number in range(1, 101):
        curve.add(batch(number, 3.0))
        if number in (50, 100):
            curve.add(held_out(1.0, 0.5))
    chart.show_curve(curve)
    image = chart.grab().toImage()

    def height(ink: str) -> float:
        """Return how far down a line lies, in the middle of the chart, from 0 at its top."""
        wanted = QColor(ink)
        rows = [
            y
            for y in range(60, chart.height())
            for x in range(320, 440)
            if image.pixelColor(x, y).hsvHue() in range(wanted.hsvHue() - 4, wanted.hsvHue() + 5)
            and image.pixelColor(x, y).hsvSaturation() > wanted.hsvSaturation() * 0.3
        ]
        return float(np.median(rows))

    dark = tones(chart.palette()).dark  # as other tests leave the application
    loss, out_loss, score = (height(ink) for ink in in_turn(3, dark))
    assert loss < score < out_loss  # 3 of 4, 0.5 of 1, 1 of 4
    assert score - loss == pytest.approx(out_loss - score, abs=2)


def test_the_chart_says_its_numbers_in_words():
    curve = TrainingCurve()
    assert told(curve) == ""
    curve.add(batch(1, 0.5))
    curve.add(held_out(0.4, 0.7))
    curve.add(held_out(0.3, 0.6))
    assert told(curve) == (
        "loss 0.500 (mean of the last batches), held-out loss 0.300, held-out macro-F1 0.600, best 0.700"
    )


# what is asked for


def test_a_table_brings_its_columns_and_a_name(dialog: TrainingDialog, table: Path):
    form = dialog.form
    assert form.name.text() == "news groups"
    assert [form.columns["label"].itemText(place) for place in range(3)] == [
        "Recognise by name",
        "body",
        "category",
    ]
    assert form.missing == ""


def test_training_asks_for_what_was_chosen(dialog: TrainingDialog, link: FakeLink, table: Path):
    form = dialog.form
    form.columns["label"].setCurrentText("category")
    form.many._group.button(1).click()
    form.epochs._group.button(4).click()
    dialog.train.click()
    source = Source("table", str(table), TableColumns(label="category"))
    wanted = {"route": "adapter", "base": None, "multi_label": True, "epochs": 10, "pooling": "cls"}
    assert link.asked("train") == [((source, "news groups"), wanted)]
    assert dialog.stack.currentWidget() is dialog.view


def test_pairs_name_a_second_column(dialog: TrainingDialog):
    dialog.form.columns["second"].setCurrentText("category")
    assert dialog.form.request().args[0].columns == TableColumns(second="category")


def test_a_model_of_ones_own_needs_its_folder(
    dialog: TrainingDialog, link: FakeLink, tmp_path: Path, monkeypatch
):
    form = dialog.form
    form.routes.choose("model")
    assert not dialog.train.isEnabled()
    assert dialog.train.toolTip() == "It needs the folder of a model"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    form.base.click()
    dialog.train.click()
    assert link.asked("train")[0][1] == {
        "route": "model",
        "base": str(tmp_path),
        "multi_label": False,
        "epochs": 3,
        "pooling": "cls",
    }


def test_a_head_does_not_go_over_the_texts(dialog: TrainingDialog):
    dialog.form.routes.choose("head")
    assert dialog.form.epochs.isHidden()
    dialog.form.routes.choose("adapter")
    assert not dialog.form.epochs.isHidden()


def test_what_the_head_reads_is_chosen_for_adapters_only(dialog: TrainingDialog):
    form = dialog.form
    form.pooling._group.button(2).click()
    assert form.request().kwargs["pooling"] == "attention"
    form.routes.choose("head")
    assert form.pooling.isHidden()
    assert form.request().kwargs["pooling"] == "cls"
    form.routes.choose("adapter")
    assert not form.pooling.isHidden()
    assert form.request().kwargs["pooling"] == "attention"


def test_that_a_tagger_will_be_replaced_is_said_before(dialog: TrainingDialog, session: Session):
    session.set_taggers((sentiment(), tagger("mine")))
    assert dialog.replaced.isHidden()
    dialog.form.name.setText(" mine ")
    assert dialog.replaced.text() == "You have a tagger “mine” already: this one will take its place."
    assert not dialog.replaced.isHidden()
    dialog.form.name.setText("sentiment")  # not the user's: the engine refuses
    assert dialog.replaced.isHidden()
    dialog.form.name.setText("mine")
    dialog.start()
    assert dialog.replaced.isHidden()


def test_what_is_no_table_is_refused_at_once(dialog: TrainingDialog, tmp_path: Path):
    (tmp_path / "notes.md").write_text("# Notes")
    dialog.form.use(str(tmp_path / "notes.md"))
    assert dialog.problem.text() == "notes.md is not a table (csv, tsv, jsonl or parquet)."
    assert not dialog.train.isEnabled()


def test_a_name_of_ones_own_stays_when_another_table_is_chosen(dialog: TrainingDialog, tmp_path: Path):
    (tmp_path / "other.tsv").write_text("text\tlabel\n")
    dialog.form.use(str(tmp_path / "other.tsv"))
    assert dialog.form.name.text() == "other"
    dialog.form.name.setText("mine")
    dialog.form.use(str(tmp_path / "news groups.csv"))
    assert dialog.form.name.text() == "mine"


def test_columns_of_a_parquet_file_are_typed_in(dialog: TrainingDialog, tmp_path: Path):
    (tmp_path / "texts.parquet").write_bytes(b"PAR1")
    dialog.form.use(str(tmp_path / "texts.parquet"))
    box = dialog.form.columns["label"]
    assert box.isEditable()
    box.setCurrentText("stars")
    assert dialog.form.chosen_columns() == TableColumns(label="stars")


def test_fine_tuning_on_given_labels_asks_for_the_corpus_and_the_tagger(qtbot, training, link):
    form = LabelsForm("Town papers", "genre", (("mystery", 12), ("history", 9)))
    dialog = TrainingDialog(training, form, "Fine-tune")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    form.name.clear()
    assert not dialog.train.isEnabled()
    form.name.setText("genre, better")
    dialog.start()
    assert link.asked("train_on_given") == [(("Town papers", "genre", "genre, better"), {"route": "adapter"})]


# while it goes on


def test_numbers_are_drawn_as_they_come_and_the_time_left_is_said(
    dialog: TrainingDialog, training: Training, link: FakeLink
):
    now = [0.0]
    training._clock = lambda: now[0]
    dialog.start()
    for number in range(1, 41):
        now[0] = number * 0.5
        link.advance(batch(number, 1 / number))
    assert len(dialog.view.chart.curve.losses) == 40
    assert (
        dialog.view.progress.said.text()
        == "Training · 40 of 100 batches · 2.0 a second · about 30 seconds left"
    )
    assert (dialog.view.progress.bar.value(), dialog.view.progress.bar.maximum()) == (40, 100)


def test_a_job_that_runs_beside_it_neither_mixes_in_nor_hides_its_numbers(
    dialog: TrainingDialog, training: Training, link: FakeLink
):
    dialog.start()
    own = link.jobs[-1]
    link.advance(batch(1, 0.9))
    link.start("Tagging", "tag_all", "Town papers")
    link.advance(Progress("Tagging", 5, 50, "passages", values=(("loss", 9.0),)))
    link.progressed.emit(own, batch(2, 0.8))
    assert training.curve.losses == [(1, 0.9), (2, 0.8)]


def test_the_key_that_began_it_does_not_stop_it(qtbot, dialog, link):
    dialog.activateWindow()
    dialog.train.setFocus()
    qtbot.keyClick(dialog.train, Qt.Key.Key_Space)
    assert link.jobs
    assert dialog.focusWidget() is dialog.shut


def test_closing_the_dialog_leaves_the_training_alone(
    dialog: TrainingDialog, training: Training, link: FakeLink
):
    dialog.start()
    dialog.reject()
    assert training.running
    assert not link.jobs[-1].cancelled


def test_a_dialog_opened_again_shows_the_training_under_way(qtbot, dialog, training, link):
    dialog.start()
    link.advance(batch(7, 0.3))
    other = TrainingDialog(training, TableForm(), "Train from a table")
    other.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(other)
    assert other.stack.currentWidget() is other.view
    assert other.view.chart.curve.losses == [(7, 0.3)]
    assert other.train.isHidden()


# what came of it


def test_the_report_is_shown_and_the_tagger_can_be_used(qtbot, dialog, link):
    dialog.start()
    info = tagger("news groups", report=report())
    link.end(info)
    assert dialog.findChild(ReportView).report == report()
    assert dialog.use.text() == "Tag with it"
    with qtbot.waitSignal(dialog.use_asked) as asked:
        dialog.use.click()
    assert asked.args == [info]


def test_a_pair_tagger_compares(dialog, link):
    dialog.start()
    link.end(tagger("news groups", pair=True))
    assert dialog.use.text() == "Compare with it"


def test_a_failure_is_said_where_it_can_be_mended(dialog, link):
    dialog.start()
    link.end(error="All texts have the same label, “space”. A tagger needs two at least.")
    assert dialog.problem.text() == "All texts have the same label, “space”. A tagger needs two at least."
    assert dialog.stack.currentWidget() is dialog._form_page
    assert not dialog.train.isHidden()
    dialog.form.name.setText("again")
    assert dialog.problem.text() == ""


def test_stopping_keeps_the_best_so_far(dialog, training, link):
    best = tagger("news groups", origin="trained on …; stopped early", report=report())
    link.answers["taggers"] = [sentiment(), nli(), best]
    dialog.start()
    link.advance(batch(1, 0.9))
    dialog.view.progress.stop.click()
    assert link.jobs[-1].cancelled
    assert not dialog.view.progress.stop.isEnabled()
    assert dialog.view.progress.said.text() == "Stopping; the best so far is kept …"
    stop(link)
    assert (training.state, training.info) == ("stopped", best)
    assert not dialog.use.isHidden()


def test_stopping_before_anything_was_measured_keeps_what_was_there(dialog, training, link, session):
    old = tagger("news groups")
    session.set_taggers((sentiment(), old))
    link.answers["taggers"] = [sentiment(), old]
    dialog.start()
    training.cancel()
    stop(link)
    assert (training.state, training.info) == ("stopped", None)
    assert dialog.use.isHidden()


def test_cancelling_by_the_job_bar_counts_too(dialog, training, link):
    link.answers["taggers"] = [sentiment()]
    dialog.start()
    link.jobs[-1].cancel()
    stop(link)
    assert training.state == "stopped"


def test_a_bug_of_ours_does_not_leave_it_running_for_ever(qtbot, dialog, training, link):
    dialog.start()
    with qtbot.waitSignal(training.ended):
        stop(link)  # no result, no sentence
    assert dialog.problem.text() == BROKEN


def test_another_can_be_trained_after_it(dialog, link):
    dialog.start()
    link.end(tagger("news groups", report=report()))
    dialog.again.click()
    assert dialog.stack.currentWidget() is dialog._form_page
    dialog.start()
    assert len(link.asked("train")) == 2
    assert dialog.view.chart.curve.losses == []
