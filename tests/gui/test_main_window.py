"""The window as a whole: welcome, corpora, messages, layout, and how fast its code is to import."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog

from engine.tagging.records import TextTag
from gui.corpus.skipped_dialog import SkippedDialog
from gui.inspecting.inspect_dialog import InspectDialog
from tests.gui import fakes
from tests.gui.fakes import FakeLink

HEAVY = (
    "torch faiss numba sklearn transformers pandas pyarrow umap hdbscan tantivy sqlite3 sentence_transformers"
)


def test_importing_the_window_loads_nothing_heavy():
    code = (
        "import sys, gui.app, gui.main_window; print(*[name for name in sys.argv[1:] if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *HEAVY.split()],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert done.stdout.strip() == ""


def test_a_newcomer_is_welcomed_and_the_sample_is_one_click_away(qtbot, opened):
    link = FakeLink({"corpora": []})
    window = opened(link)
    window.show()
    window.start()
    assert window.welcome.isVisible()
    qtbot.mouseClick(window.welcome.sample, Qt.MouseButton.LeftButton)
    assert link.asked("load_sample") == [((), {})]
    assert not window.welcome.isVisible()
    assert window.search_panel.state is window.search_panel.loading
    assert window.corpus_panel.state is window.corpus_panel.coming


def test_the_corpus_that_was_open_last_is_opened_again(opened, settings, link):
    other = "Letters of a grandmother to her many grandchildren, 1951 to 1987"
    settings.setValue("corpus", other)
    window = opened(link)
    window.start()
    assert window.session.corpus_name == other


def test_opening_a_corpus_brings_its_map_and_tags(window, link):
    assert window.session.corpus_name == "Town papers"
    assert link.asked("map") == [(("Town papers",), {})]
    assert window.session.map is not None
    assert window.session.tags is not None


def test_choosing_another_corpus_opens_it(qtbot, window):
    panel = window.corpus_panel
    place = panel.corpora.visualRect(panel.corpus_rows.index(1, 0)).center()
    qtbot.mouseClick(panel.corpora.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.corpus_name.startswith("Letters of a grandmother")


def test_the_error_bar_shows_the_sentence_and_can_be_dismissed(qtbot, window, link):
    sentence = "The corpus “Town papers” is being written by another Asterism. Close it there first."
    link.failed.emit(sentence)
    assert window.notices.sentence == sentence
    assert window.notices.isVisible()
    qtbot.mouseClick(window.notices._close, Qt.MouseButton.LeftButton)
    assert window.notices.sentence == ""


def test_an_engine_that_stopped_is_said_and_everything_is_asked_for_again(window, link):
    link.calls.clear()
    link.state_changed.emit("lost")
    assert window.engine_status.text == "Engine stopped; starting it again …"
    link.restarted.emit()
    assert window.notices.sentence == (
        "The engine stopped and was started again; nothing that was saved is lost."
    )
    assert link.asked("corpora") == [((), {})]


def test_an_interrupted_load_is_said_to_go_on(window, link):
    window.actions_table["update_corpus"].trigger()
    link.restarted.emit()
    assert window.notices.sentence.endswith("What was running goes on from there.")


def test_a_bug_is_owned_up_to_once(window, link, monkeypatch):
    told = []

    def confess(_parent, details):
        told.append(details)
        link.crashed.emit("a second one while the dialog is open")

    monkeypatch.setattr("gui.main_window.confess", confess)
    link.crashed.emit("Traceback: oh")
    assert told == ["Traceback: oh"]


def test_the_layout_is_remembered(window, opened, settings):
    window.actions_table["toggle_left"].trigger()
    window.search_panel.use_mode("keyword")
    window.close()
    again = opened(FakeLink(), QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert again.columns.left.isHidden()
    assert again.search_panel.mode == "keyword"
    assert again.settings.value("corpus") == "Town papers"


def test_a_model_folder_is_a_tagger_in_the_next_window_too(
    window, opened, settings, tmp_path, link, monkeypatch
):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    link.answers["tag_text"] = TextTag("a", ("a", "b"), (0.9, 0.1))
    window.tagger_commands.use_folder()
    window.close()
    again = opened(FakeLink(), QSettings(settings.fileName(), QSettings.Format.IniFormat))
    again.start()
    assert [info.labels for info in again.session.taggers if info.name == str(tmp_path)] == [("a", "b")]


def test_the_clusters_stand_beside_the_map_only_where_there_is_room(qtbot, window):
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.columns.middle.orientation() == Qt.Orientation.Vertical)
    window.resize(2200, 900)
    qtbot.waitUntil(lambda: window.columns.middle.orientation() == Qt.Orientation.Horizontal)


@pytest.mark.parametrize(("width", "least"), [(1180, 480), (1440, 580), (1920, 700)])
def test_the_map_has_the_lions_share(qtbot, window, width, least):
    window.resize(width, 760)
    qtbot.waitUntil(lambda: window.width() == width and window.map_panel.width() >= least)
    others = (window.columns.left, window.search_panel, window.columns.right)
    assert all(panel.width() < window.map_panel.width() / 1.7 for panel in others)


def test_columns_that_were_dragged_stay_where_they_are(qtbot, window):
    window.resize(1400, 760)
    columns = window.columns
    columns.handle(1).moveSplitter(300)
    qtbot.waitUntil(lambda: columns.left.width() == 300)
    window.resize(1500, 760)
    qtbot.waitUntil(lambda: window.width() == 1500)
    assert columns.left.width() == 300
    window.actions_table["reset_layout"].trigger()
    assert columns.left.width() == 224


def test_a_window_of_1024_by_700_holds_all_panels(window):
    assert window.minimumSizeHint().width() <= 1024
    assert window.minimumSizeHint().height() <= 700


def test_counts_and_coverage_of_the_corpus_are_told(window):
    window.session.set_corpus(fakes.corpus(embedded=2078, passages=8311))
    text = window.corpus_panel.facts.text()
    assert "1,204 documents" in text
    assert "25 % embedded" in text


def test_skipped_files_are_listed_with_their_reasons_and_can_be_copied(qtbot, qapp, window):
    window.actions_table["show_skipped"].trigger()
    dialog = window.findChild(SkippedDialog)
    assert [one.reason for one in dialog.rows.rows] == [
        ".doc is not a format Asterism reads yet.",
        "It has pages but no text: pictures of pages, perhaps.",
    ]
    dialog.copy()
    assert qapp.clipboard().text().splitlines()[0].startswith("/home/ada/Documents/town/old.doc\t")
    dialog.close()


def test_removing_a_corpus_asks_first(window, link, monkeypatch):
    monkeypatch.setattr("gui.commands.confirm", lambda *_: False)
    window.actions_table["remove_corpus"].trigger()
    assert link.asked("remove") == []
    monkeypatch.setattr("gui.commands.confirm", lambda *_: True)
    window.actions_table["remove_corpus"].trigger()
    assert link.asked("remove") == [(("Town papers",), {})]


def test_removing_a_source_asks_first_and_then_asks_the_engine(window, link, monkeypatch):
    monkeypatch.setattr("gui.commands.confirm", lambda *_: True)
    link.answers["remove_source"] = lambda name, _source: fakes.corpus(name)
    assert not window.actions_table["remove_source"].isEnabled()
    window.corpus_panel.sources.setCurrentIndex(window.corpus_panel.source_rows.index(1, 0))
    window.actions_table["remove_source"].trigger()
    assert link.asked("remove_source") == [(("Town papers", 2), {})]


def test_the_inspection_shows_tokens_numbers_and_probabilities(qtbot, window):
    window.session.set_current(6)
    window.actions_table["inspect"].trigger()
    dialog = window.findChild(InspectDialog)
    assert dialog.text.toPlainText() == fakes.TEXTS[5][4]
    assert "6 × 384" in dialog.layers.text()
    assert "1.2345" in dialog.pooling.text()
    assert "negative −2.100" in dialog.logits.text()
    assert dialog.bars._shares == (0.006, 0.063, 0.931)
    dialog.close()


def test_every_panel_has_an_accessible_name(window):
    panels = (window.corpus_panel, window.search_panel, window.reader_panel, window.tags_panel)
    assert all(panel.accessibleName() for panel in panels)
