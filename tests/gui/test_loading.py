"""From dropped paths to a loaded corpus with a map."""

import gzip
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from engine.encoding.pooling import POOLINGS
from engine.records import Preview
from gui.commands import said
from gui.corpus.corpus_panel import told
from gui.corpus.load_dialog import LoadDialog, summary
from gui.corpus.pooling_choice import WAYS, unusual_pooling
from gui.corpus.sources import column_names, sources_from
from indexes.records import Skipped, Source, TableColumns
from tests.gui import fakes


def drop(window, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys, action = (
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.DropAction.CopyAction,
    )
    enter = QDragEnterEvent(QPointF(9, 9).toPoint(), action, mime, buttons, keys)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert window._drop_hint.isVisible()
    window.dropEvent(QDropEvent(QPointF(9, 9), action, mime, buttons, keys))


def test_dropping_a_folder_previews_it_and_starting_loads_it_and_then_draws_the_map(
    qtbot, window, link, tmp_path
):
    window.session.set_map(None)
    drop(window, tmp_path)
    assert not window._drop_hint.isVisible()
    dialog = window.findChild(LoadDialog)
    source = Source("folder", str(tmp_path))
    assert dialog.sources == (source,)
    assert link.asked("preview") == [(("Town papers", (source,)), {})]
    link.end(fakes.preview())
    assert dialog._files.rowCount() == 5
    dialog.accept()
    assert link.asked("index") == [(("Town papers", (source,), ""), {})]
    link.end(fakes.report())
    assert link.asked("build_map") == [(("Town papers",), {"fast": False, "aligned": False})]
    link.end(fakes.map_data(5))
    assert len(window.session.map.passage_ids) == 5


def test_cancelling_a_preview_stops_it(qtbot, window, link, tmp_path):
    dialog = window.commands.add_paths([tmp_path])
    dialog.reject()
    assert link.jobs[-1].cancelled
    assert link.asked("index") == []


def test_a_preview_for_a_new_corpus_makes_none(qtbot, window, link, tmp_path):
    dialog = LoadDialog(link, sources_from([tmp_path]), (), "", window)
    assert link.asked("preview") == [((tmp_path.stem, dialog.sources), {})]
    dialog.reject()
    assert link.asked("create") == link.asked("remove") == []


def test_another_name_typed_into_the_preview_is_the_one_that_is_loaded(qtbot, window, link, tmp_path):
    dialog = LoadDialog(link, sources_from([tmp_path]), (), "", window)
    link.end(fakes.preview())
    chosen = []
    dialog.chosen.connect(lambda name, sources, _pooling: chosen.append((name, sources)))
    dialog.name.setCurrentText("Harbour")
    dialog.accept()
    assert chosen == [("Harbour", (Source("folder", str(tmp_path)),))]


def test_the_columns_of_a_table_can_be_chosen(qtbot, window, link, tmp_path):
    table = tmp_path / "reviews.csv"
    table.write_text("when;what;who\n1;fine;ada\n", encoding="utf-8")
    dialog = LoadDialog(link, sources_from([table]), (fakes.corpus("Town"),), "Town", window)
    link.end(fakes.preview())
    chosen = []
    dialog.chosen.connect(lambda _name, sources, _pooling: chosen.extend(sources))
    dialog.columns.boxes["text"].setCurrentText("what")
    dialog.accept()
    assert chosen == [Source("table", str(table), TableColumns(text="what"))]


def test_a_new_corpus_is_pooled_as_usual_unless_another_way_is_chosen(qtbot, window, link, tmp_path):
    window.session.set_corpus(None)
    for key in ("", "weighted mean"):
        dialog = window.commands.add_paths([tmp_path])
        link.end(fakes.preview())
        assert dialog.pooling.fold.isVisible()
        assert not dialog.pooling.box.isVisible()
        if key:
            dialog.pooling.fold.click()
            dialog.pooling.box.setCurrentIndex(dialog.pooling.box.findData(key))
            assert dialog.pooling.sentence.text().startswith("Later tokens count more")
        dialog.accept()
    source = Source("folder", str(tmp_path))
    name = tmp_path.stem
    assert link.asked("index") == [((name, (source,), ""), {}), ((name, (source,), "weighted mean"), {})]


def test_every_pooling_that_the_engine_has_can_be_chosen():
    assert sorted(key or "mean" for key, _words, _sentence in WAYS) == sorted(POOLINGS)


def test_the_pooling_of_a_corpus_that_has_one_is_no_choice_and_is_said_when_unusual(
    qtbot, window, link, tmp_path
):
    known = (
        fakes.corpus("Town"),
        fakes.corpus("Old", encoder="minilm@1a/cls"),
        fakes.corpus("Bare", encoder=""),
    )
    dialog = LoadDialog(link, sources_from([tmp_path]), known, "New", window)
    dialog.show()
    chosen = []
    dialog.chosen.connect(lambda _name, _sources, pooling: chosen.append(pooling))
    choice = dialog.pooling
    choice.fold.click()
    choice.box.setCurrentIndex(choice.box.findData("max"))
    seen = {}
    for name in ("New", "Town", "Old", "Bare"):
        dialog.name.setCurrentText(name)
        seen[name] = (choice.isVisible(), choice.box.isVisible(), choice.pooling, choice.fixed.text())
    assert seen == {
        "New": (True, True, "max", ""),
        "Town": (False, False, "", ""),
        "Old": (True, False, "", "[CLS], like all that is in the corpus already"),
        "Bare": (True, True, "max", ""),
    }
    assert choice.sentence.text() == "Of each dimension the largest value, whichever token has it."
    dialog.name.setCurrentText("Old")
    dialog.accept()
    assert chosen == [""]


def test_an_encoder_says_its_pooling_only_when_it_is_unusual():
    ids = ("minilm@1a/mean", "minilm@1a/last token", "minilm", "", "a/b@1a/cls")
    assert [unusual_pooling(one) for one in ids] == ["", "last token", "", "", "[CLS]"]
    lines = told(fakes.corpus(encoder="minilm@1a/max")).split("\n")
    assert lines[-1] == "Pooling: max"
    assert told(fakes.corpus(encoder="minilm@1a/mean")).split("\n") == lines[:-1]


def test_a_preview_that_fails_says_why(qtbot, window, link, tmp_path):
    dialog = window.commands.add_paths([tmp_path])
    link.end(error="The folder cannot be read.")
    assert dialog._summary.text() == "The folder cannot be read."
    assert not dialog._start.isEnabled()
    dialog.reject()


def test_nothing_to_load_is_an_error_in_the_bar(window, tmp_path):
    assert window.commands.add_paths([tmp_path / "gone"]) is None
    assert window.notices.sentence.startswith("None of what was dropped")


def test_an_unchanged_corpus_is_not_drawn_again(window, link):
    window.actions_table["update_corpus"].trigger()
    link.end(fakes.report(files_read=0, files_unchanged=3))
    assert link.asked("build_map") == []
    assert window.notices.sentence == "“Town papers” is up to date: nothing has changed in 3 files."


def test_what_is_new_in_a_corpus_with_a_map_is_placed_on_it_and_the_map_is_not_made_again(window, link):
    window.session.set_map(fakes.map_data(5))
    window.actions_table["update_corpus"].trigger()
    link.end(fakes.report(files_read=1))
    assert link.asked("build_map") == []
    assert link.asked("map")[-1] == (("Town papers",), {})


def test_a_map_that_is_there_is_made_anew_from_where_it_is_unless_it_is_asked_for_from_scratch(window, link):
    window.session.set_map(fakes.map_data(5))
    window.commands.build_map()
    window.commands.build_map_afresh()
    assert [how["aligned"] for _, how in link.asked("build_map")] == [True, False]


def test_skipped_files_are_said_with_the_way_to_their_list(window, link):
    window.actions_table["update_corpus"].trigger()
    link.end(fakes.report(skipped=(Skipped("/a.pdf", "no"),)))
    assert window.notices.sentence.endswith("1 file was skipped.")
    assert window.notices._button.text() == "Skipped files"


def test_a_map_that_cannot_be_made_is_an_error_when_it_was_asked_for(window, link):
    window.actions_table["build_map"].trigger()
    link.end(error="No passage is embedded yet.")
    assert window.notices.sentence == "No passage is embedded yet."
    assert window.notices.property("kind") == "error"


def test_a_map_is_not_made_twice_at_once(window, link):
    make = window.actions_table["build_map"]
    make.trigger()
    assert not make.isEnabled()
    make.trigger()
    assert len(link.asked("build_map")) == 1
    link.end(fakes.map_data(5))
    assert make.isEnabled()


def test_a_map_for_a_corpus_no_longer_open_is_left_alone(window, link):
    window.actions_table["build_map"].trigger()
    window.session.set_corpus(fakes.corpus("Recipes", has_map=False))
    window.session.set_map(None)
    link.end(fakes.map_data(5))
    assert window.session.map is None


def test_too_small_a_map_after_a_load_is_a_note_and_not_an_error(window, link):
    window.session.set_map(None)
    window.actions_table["update_corpus"].trigger()
    link.end(fakes.report())
    link.end(error="Three passages are too few for a map.")
    assert window.notices.sentence == "Three passages are too few for a map."
    assert window.notices.property("kind") == "note"


def test_paths_that_do_not_exist_are_left_out_and_none_comes_twice(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "a.csv.gz").write_text("a")
    found = sources_from([tmp_path, *(tmp_path / name for name in ("a.txt", "b.txt", "a.csv.gz")), tmp_path])
    assert [(source.kind, source.path) for source in found] == [
        ("folder", str(tmp_path)),
        ("file", str(tmp_path / "a.txt")),
        ("table", str(tmp_path / "a.csv.gz")),
    ]


def test_column_names_are_read_from_the_first_line(tmp_path):
    (tmp_path / "a.csv").write_text('id;"the; text";stars\n1;x;2\n', encoding="utf-8-sig")
    (tmp_path / "b.tsv").write_text("id\ttext\n", encoding="utf-8")
    with gzip.open(tmp_path / "c.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"_id": "1", "body": "x"}\n{"_id": "2"}\n')
    (tmp_path / "d.jsonl").write_text("not json\n")
    assert column_names(tmp_path / "a.csv") == ("id", "the; text", "stars")
    assert column_names(tmp_path / "b.tsv") == ("id", "text")
    assert column_names(tmp_path / "c.jsonl.gz") == ("_id", "body")
    assert column_names(tmp_path / "d.jsonl") == ()
    assert column_names(tmp_path / "gone.csv") == ()


def test_a_preview_without_anything_to_read_says_so():
    assert summary(Preview((), (), 0, 0, 0.0, 0)) == "There is no file here that Asterism can read."
    assert summary(Preview((), (), 4, 0, 0.0, 0)).startswith("Nothing is new: 4 files")


def test_a_load_is_told_in_counts():
    assert said("Town", fakes.report(files_removed=1)) == (
        "“Town” now holds 3 documents, 9 passages. 1 file that had gone left it."
    )


def test_a_corpus_is_embedded_anew_with_the_encoder_that_is_chosen_and_its_map_made_from_scratch(
    window, link, monkeypatch
):
    link.answers["encoders"] = ("all-MiniLM-L6-v2", "town words")
    monkeypatch.setattr("gui.commands.QInputDialog.getItem", lambda *_args, **_kwargs: ("town words", True))
    window.commands.choose_encoder()
    assert link.asked("index") == [(("Town papers", (), "", "town words"), {})]
    link.end(fakes.report())
    assert link.asked("build_map")[-1] == (("Town papers",), {"fast": False, "aligned": False})


def test_choosing_the_encoder_that_is_in_use_embeds_nothing(window, link, monkeypatch):
    now = window.session.corpus.encoder.partition("@")[0]
    link.answers["encoders"] = (now, "town words")
    monkeypatch.setattr(
        "gui.commands.QInputDialog.getItem",
        lambda _parent, _title, _said, names, row, **_more: (names[row], True),
    )
    window.commands.choose_encoder()
    assert link.asked("index") == []
