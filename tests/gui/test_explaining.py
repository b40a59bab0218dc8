"""Why: the shares under the words, the sum that is said, and the ways in and out for query and clusters."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from engine.records import Attribution, Share
from gui.actions import Actions
from gui.clusters.division_dialog import DivisionDialog
from gui.reader.reader_panel import ReaderPanel
from gui.reader.shading import shade
from gui.search.why_box import shades, sum_of
from gui.session import Session
from gui.signed_bars import SignedBars, digits_for, hundredths
from gui.theme import LIGHT, palette_of
from tests.gui import fakes

PASSAGE = fakes.passages()[3]
"""What a lovely surprise: warm cinnamon rolls, …; it begins behind another passage of its document."""


def attribution(passage_id: int = 4, score: float = 0.62, **changes) -> Attribution:
    """“lovely” adds 0.4, “warm” 0.2, “rolls” takes 0.02 away, the model's own tokens add 0.04."""
    text = {passage.id: passage.text for passage in fakes.passages()}[passage_id]
    words = (
        (("lovely", 0.4), ("warm", 0.2), ("rolls", -0.02)) if passage_id == 4 else ((text.split()[0], 0.58),)
    )
    shares = tuple(Share(text.index(word), text.index(word) + len(word), share) for word, share in words)
    return replace(Attribution(passage_id, score, shares, 0.04), **changes)


@pytest.fixture
def reader(qtbot, link):
    """A reader by itself, with a passage of a query's hits in it."""
    session = Session()
    session.set_corpus(fakes.corpus())
    session.set_map(fakes.map_data())
    session.set_result(fakes.result())
    panel = ReaderPanel(link, session, Actions(session))
    panel.setPalette(palette_of(LIGHT))
    qtbot.addWidget(panel)
    panel.resize(320, 600)
    panel.show()
    session.set_current(4)
    return panel


@pytest.fixture
def session(reader) -> Session:
    return reader._session


@pytest.fixture
def explained(reader, link, session):
    """The reader while hits are explained."""
    link.answers["explain"] = lambda _name, _query, ids: tuple(attribution(one) for one in ids)
    link.answers["explain_cluster"] = lambda _name, one, _cluster, against=None: attribution(
        one, 0.62 if against is None else -0.11
    )
    session.toggle_explaining()
    return reader


def grounds(reader: ReaderPanel) -> dict[str, QColor]:
    """Return the coloured words of the text; what is see-through is left out."""
    return {
        one.cursor.selectedText(): one.format.background().color()
        for one in reader.text.extraSelections()
        if one.format.background().color().alpha()
    }


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_nothing_is_asked_until_it_is_wanted(reader, link):
    assert link.asked("explain") == []
    assert reader.why.isHidden()


def test_the_passage_is_shaded_by_what_its_words_add(explained, link):
    assert link.asked("explain") == [(("Town papers", "warm welcome", [4]), {})]
    assert grounds(explained) == {"lovely": shade(0.4, 0.4, LIGHT), "warm": shade(0.2, 0.4, LIGHT)}
    assert plain(explained.why.sum.text()) == "0.62 = words 0.58 + model’s own tokens 0.04"
    assert not explained.why.parts.isVisible()


def test_a_word_tells_its_share_under_the_mouse(explained):
    text = explained.text.toPlainText()
    assert explained.text.tip_at(text.index("warm") + 1) == "warm: +0.200 of 0.62"
    assert explained.text.tip_at(text.index("rolls") + 2) == "rolls: −0.020 of 0.62"
    assert explained.text.tip_at(0) == ""


def test_what_is_known_already_is_not_asked_again(explained, link, session):
    session.set_current(1)
    session.set_current(4)
    assert [args[2] for args, _ in link.asked("explain")] == [[4], [1]]
    assert "lovely" in grounds(explained)


def test_another_query_is_explained_anew(explained, link, session):
    session.set_result(fakes.result("tides"))
    assert [args[1] for args, _ in link.asked("explain")] == ["warm welcome", "tides"]


def test_a_search_by_words_alone_is_not_explained_by_meaning(explained, link, session):
    session.set_result(fakes.result(mode="keyword"))
    assert len(link.asked("explain")) == 1
    assert explained.why.caption.text() == "Only words rank here: the marked ones are why."
    assert "lovely" not in grounds(explained)


def test_while_an_answer_is_awaited_nothing_old_is_shown(qtbot, explained, link, session):
    del link.answers["explain"]
    session.set_current(3)
    qtbot.waitUntil(lambda: explained.why.caption.text() == "Asking the model …")
    assert explained.why.sum.isHidden()
    assert fakes.TEXTS[2][4] in grounds(explained)
    assert "lovely" not in grounds(explained)


def test_an_answer_to_a_query_that_is_no_longer_asked_is_not_kept(explained, link, session):
    asked = explained.why._question()
    session.set_result(fakes.result(mode="keyword"))
    explained.why._on_answer(asked, (attribution(),))
    assert session.attributions == {}
    assert explained.why.attribution is None


def test_a_new_map_ends_the_explanation_of_an_old_cluster(reader, link, session):
    link.answers["explain_cluster"] = attribution()
    reader.why.explain_cluster(session.map.clusters[0])
    session.set_map(fakes.map_data())
    assert reader.why.isHidden()


def test_explaining_no_longer_brings_the_mark_back(explained, session):
    session.toggle_explaining()
    assert explained.why.isHidden()
    assert grounds(explained)[PASSAGE.text] == QColor(LIGHT.mark_soft)


def test_the_close_button_ends_explaining_the_query(qtbot, explained, session):
    qtbot.mouseClick(explained.why.close_button, Qt.MouseButton.LeftButton)
    assert not session.explaining
    assert explained.why.isHidden()


def test_parts_of_a_query_are_shown_as_signed_bars(reader, link, session):
    parts = (("warm welcome", 0.7), ("− sea", -0.08))
    link.answers["explain"] = lambda *_args, **_named: (attribution(parts=parts),)
    session.toggle_explaining()
    assert reader.why.parts.isVisible()
    assert reader.why.parts.accessibleDescription() == "warm welcome 0.70, − sea −0.08"


def test_why_in_this_cluster_is_answered_and_escape_leads_back(qtbot, explained, link, session):
    cluster = session.map.clusters[0]
    explained.head.menu.cluster = cluster
    explained.head.menu.why_action.trigger()
    assert link.asked("explain_cluster") == [(("Town papers", 4, 0), {})]
    assert explained.why.caption.text() == "Near the centre of “ferry, harbour, tide”: 0.62"
    assert plain(explained.why.sum.text()) == "= words 0.58 + model’s own tokens 0.04"
    qtbot.keyClick(explained.text, Qt.Key.Key_Escape)
    assert explained.why.caption.isHidden()
    assert plain(explained.why.sum.text()).startswith("0.62 = words")
    qtbot.keyClick(explained.text, Qt.Key.Key_Escape)
    assert session.explaining


def test_a_cluster_is_explained_without_a_query_and_closed_for_good(qtbot, reader, link, session):
    link.answers["explain_cluster"] = attribution()
    session.set_result(None)
    reader.why.explain_cluster(session.map.clusters[0])
    assert "lovely" in grounds(reader)
    qtbot.mouseClick(reader.why.close_button, Qt.MouseButton.LeftButton)
    assert reader.why.isHidden()
    assert set(grounds(reader)) == {PASSAGE.text}


def test_a_cluster_can_be_held_against_another(explained, link, session):
    first, second = session.map.clusters[:2]
    explained.head.menu.cluster = first
    explained.head.menu.fill()
    actions = explained.head.menu.against.actions()
    assert [action.data() for action in actions] == list(session.map.clusters[1:])
    explained.head.menu.against.triggered.emit(actions[0])
    assert link.asked("explain_cluster") == [(("Town papers", 4, 0), {"against": 1})]
    assert explained.why.caption.text() == f"Nearer to “{second.name}” than to “{first.name}” by 0.11"


def test_reading_on_leaves_the_cluster(explained, session):
    explained.why.explain_cluster(session.map.clusters[0])
    session.set_current(3)
    assert explained.why.caption.isHidden()
    assert explained.why.attribution.passage_id == 3


def test_the_action_explains_the_cluster_of_the_passage(reader, link, session):
    ids = session.map.cluster_ids.copy()
    ids[3] = 2
    session.set_map(replace(session.map, cluster_ids=ids))
    reader.explain_cluster()
    assert link.asked("explain_cluster") == [(("Town papers", 4, 2), {})]


def test_a_passage_in_no_cluster_is_said_to_be_in_none(reader, session, qtbot):
    ids = session.map.cluster_ids.copy()
    ids[3] = -1
    session.set_map(replace(session.map, cluster_ids=ids))
    assert reader.head.cluster_chip.said == "No cluster"
    with qtbot.waitSignal(reader.noted) as noted:
        reader.explain_cluster()
    assert noted.args == ["This passage is in no cluster."]
    session.set_map(None)
    with qtbot.waitSignal(reader.noted) as noted:
        reader.explain_cluster()
    assert noted.args == ["There are no clusters before a map is made."]


def test_an_explanation_that_fails_says_why(reader, session):
    session.toggle_explaining()
    reader.why.say("The model is still loading.")
    assert reader.why.caption.text() == "The model is still loading."
    assert reader.why.isVisible()
    assert reader.why.sum.isHidden()
    assert PASSAGE.text in grounds(reader)


def test_a_passage_without_an_embedding_is_said_to_have_none(reader, link, session):
    link.answers["explain"] = ()
    session.toggle_explaining()
    assert reader.why.caption.text().startswith("This passage has no embedding yet")


def test_text_that_is_not_what_was_embedded_is_not_shaded(explained, link, session):
    view = fakes.document_view(2)
    changed = replace(view.document, text="x" + view.document.text)
    link.answers["document"] = lambda _name, document_id: (
        replace(view, document=changed) if document_id == 2 else fakes.document_view(document_id)
    )
    session.set_current(1)
    session.set_current(4)
    assert "lovely" not in grounds(explained)


@pytest.mark.parametrize(
    ("score", "special", "said"),
    [
        (0.62, 0.04, "0.62 = words 0.58 + model’s own tokens 0.04"),
        (0.625, 0.046, "0.62 = words 0.57 + model’s own tokens 0.05"),
        (0.3, -0.017, "0.30 = words 0.32 − model’s own tokens 0.02"),
        (-0.05, 0.001, "−0.05 = words −0.05 + model’s own tokens 0.00"),
    ],
)
def test_the_rounded_numbers_add_up_as_well(score: float, special: float, said: str):
    assert plain(sum_of(Attribution(1, score, (), special))) == said


def test_no_number_is_a_negative_nothing():
    assert hundredths(-0.001) == "0.00"
    assert hundredths(-0.126) == "−0.13"


def test_shares_stand_at_their_words_in_the_document():
    found = shades(attribution(), PASSAGE, LIGHT)
    assert [(one.start, one.end) for one in found][1] == (
        PASSAGE.start + PASSAGE.text.index("warm"),
        PASSAGE.start + PASSAGE.text.index("warm") + 4,
    )


def test_bars_go_to_both_sides_of_the_line(qtbot):
    bars = SignedBars("Parts")
    qtbot.addWidget(bars)
    bars.resize(300, 40)
    bars.show_rows([("one", 0.5), ("two", -0.25)], "#ff0000")
    picture = bars.grab().toImage()
    reds = [
        [x for x in range(300) if picture.pixelColor(x, y).name() == "#ff0000"]
        for y in (bars.height() // 4, 3 * bars.height() // 4)
    ]
    assert len(reds[0]) == pytest.approx(2 * len(reds[1]), abs=4)
    assert min(reds[0]) > max(reds[1])


def test_what_divides_two_clusters_is_shown_in_two_columns(window, link):
    panel = window.cluster_panel
    panel.list.selectAll()
    panel.divide_chosen()
    assert window.findChild(DivisionDialog) is None
    panel.list.clearSelection()
    model = panel.list.selectionModel()
    for cluster_id in (0, 1):
        model.select(panel.model.index_of(("cluster", cluster_id)), model.SelectionFlag.Select)
    assert [cluster.id for cluster in panel.pair] == [0, 1]
    panel.divide_chosen()
    dialog = window.findChild(DivisionDialog)
    assert link.asked("divide_clusters") == [(("Town papers", 0, 1), {})]
    assert [side.cluster.name for side in dialog.columns] == [
        "ferry, harbour, tide",
        "bread, bakery, counter",
    ]
    link.end(((("ferry", 0.3), ("tide", 0.1)), (("bread", -0.2),)))
    assert [side.words for side in dialog.columns] == [(("ferry", 0.3), ("tide", 0.1)), (("bread", 0.2),)]
    QApplication.processEvents()
    dialog.close()


def test_clusters_that_nothing_divides_are_said_to_be_alike(window, link):
    first, second = window.session.map.clusters[:2]
    dialog = DivisionDialog(link, window.session, first, second, window)
    link.end(((), ()))
    assert dialog.note.text() == "No word tells these two clusters apart."
    dialog.close()


def test_closing_the_dialog_ends_the_comparison(window, link):
    first, second = window.session.map.clusters[:2]
    dialog = DivisionDialog(link, window.session, first, second, window)
    dialog.show()
    job = link.jobs[-1]
    dialog.close()
    assert job.cancelled


def test_small_numbers_get_the_places_that_tell_them_apart():
    assert digits_for([0.3, -0.004]) == 2
    assert digits_for([0.03, -0.004]) == 3
    assert digits_for([0.003]) == 4
    assert hundredths(-0.0314, 3) == "−0.031"
