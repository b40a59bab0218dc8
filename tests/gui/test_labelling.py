"""Giving labels: by keys, by chips, by menus; and what the tagger learns from them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from engine.tagging.records import Lesson, TaggerInfo, TagReport
from gui.engine_link import EngineLink
from gui.notices import Notices
from gui.session import Session
from gui.tagging.label_chips import LabelChips
from gui.tagging.label_keys import LabelKeys
from gui.tagging.label_menu import LabelMenu
from gui.tagging.lesson_bar import LessonBar, lesson_said
from gui.tagging.tag_commands import TagCommands
from gui.tagging.tag_list import TagList
from gui.tagging.tag_rows import TagRow
from indexes.records import NONE
from tests.gui import fakes
from tests.gui.fakes import FakeLink

SENTIMENT = TaggerInfo("sentiment", fakes.LABELS, "base", "", {})


class Desk:
    """A session whose engine keeps the labels it is given, as the real one does."""

    def __init__(self, parent: QWidget) -> None:
        self.link: EngineLink = FakeLink()
        self.link.answers["label_passages"] = self.give
        self.session = Session(parent)
        self.session.set_corpus(fakes.corpus())
        self.session.set_taggers([SENTIMENT])
        self.session.set_tags(fakes.tags())
        self.notices = Notices()
        self.commands = TagCommands(parent, self.link, self.session, self.notices)

    def give(self, _name, passage_ids, labels, _tagger):
        tags = fakes.tags() if self.session.tags is None else self.session.tags
        given = tags.given.copy() if len(tags.given) else np.full(tags.probabilities.shape, -1, np.int8)
        rows = tags.passage_ids.searchsorted(passage_ids)
        given[rows] = [label in labels for label in tags.labels] if labels else -1
        return replace(
            tags,
            passage_ids=tags.passage_ids[rows],
            label_ids=tags.label_ids[rows],
            probabilities=tags.probabilities[rows],
            given=given[rows],
        )

    def given(self) -> dict[int, tuple[str, ...]]:
        ids = self.session.tags.passage_ids.tolist()
        return {one: self.commands.given(one) for one in ids if self.commands.given(one)}


@pytest.fixture
def frame(qtbot) -> QWidget:
    frame = QWidget()
    qtbot.addWidget(frame)
    frame.resize(300, 400)
    frame.show()
    return frame


@pytest.fixture
def desk(frame) -> Desk:
    return Desk(frame)


@pytest.fixture
def tag_list(desk, frame) -> TagList:
    """A list of the passages 1 to 8 with the keys, in which passage 3 is the current row."""
    tag_list = TagList()
    tag_list.setParent(frame)
    tag_list.chosen.connect(desk.session.set_current)
    desk.session.current_changed.connect(lambda: tag_list.show_current(desk.session.current))
    tag_list.show_rows([TagRow(passage, None) for passage in fakes.passages()])
    keys = LabelKeys(desk.session, desk.commands, frame)
    keys.work_in(tag_list)
    tag_list.show()
    tag_list.setFocus()
    desk.session.set_current(3)
    return tag_list


def test_a_label_leaves_all_other_tags_as_they_are(desk):
    before = desk.session.tags
    desk.commands.label([3, 5], ["negative"])
    after = desk.session.tags
    assert after.passage_ids.tolist() == before.passage_ids.tolist()
    np.testing.assert_array_equal(after.probabilities, before.probabilities)
    assert desk.given() == {3: ("negative",), 5: ("negative",)}


@pytest.mark.parametrize("begin", ["tag_corpus", "learn", "unlearn"])
@pytest.mark.parametrize("cancelled", [True, False])
def test_what_is_kept_of_a_stopped_job_is_shown(desk, begin, cancelled):
    getattr(desk.commands, begin)()
    (job,) = desk.link.jobs
    job.cancelled = cancelled
    desk.link.jobs.clear()
    desk.link.job_changed.emit(None)
    assert desk.link.asked("tags") == [(("Town papers", "sentiment"), {})] * cancelled
    desk.link.job_changed.emit(None)
    assert len(desk.link.asked("tags")) == cancelled


@pytest.mark.parametrize("known", [None, replace(fakes.tags(), lesson=True)])
def test_tags_that_the_answer_does_not_belong_to_are_asked_for_anew(desk, known):
    desk.link.answers["label_passages"] = lambda *_: fakes.tags()
    desk.session.set_tags(known)
    desk.commands.label([3], ["negative"])
    assert desk.link.asked("tags") == [(("Town papers", "sentiment"), {})]


def test_one_key_gives_a_label_and_the_list_goes_on_to_the_next(qtbot, desk, tag_list):
    qtbot.keyClick(tag_list, Qt.Key.Key_1)
    assert desk.link.asked("label_passages") == [(("Town papers", [3], ("negative",), "sentiment"), {})]
    assert desk.session.current == 4
    qtbot.keyClick(tag_list, Qt.Key.Key_3)
    assert desk.given() == {3: ("negative",), 4: ("positive",)}
    assert desk.session.current == 5


def test_keys_beyond_the_labels_do_nothing(qtbot, desk, tag_list):
    qtbot.keyClick(tag_list, Qt.Key.Key_4)
    assert desk.given() == {}
    assert desk.session.current == 3


@pytest.mark.parametrize("key", [Qt.Key.Key_0, Qt.Key.Key_Backspace])
def test_a_label_is_taken_back_by_a_key(qtbot, desk, tag_list, key):
    desk.commands.label([3], ["negative"])
    qtbot.keyClick(tag_list, key)
    assert desk.given() == {}
    assert desk.session.current == 3


def test_taking_back_what_was_not_given_asks_nobody(qtbot, desk, tag_list):
    qtbot.keyClick(tag_list, Qt.Key.Key_0)
    assert desk.link.asked("label_passages") == []


def test_u_undoes_the_last_label(qtbot, desk, tag_list):
    qtbot.keyClick(tag_list, Qt.Key.Key_1)
    qtbot.keyClick(tag_list, Qt.Key.Key_2)
    qtbot.keyClick(tag_list, Qt.Key.Key_U)
    assert desk.given() == {3: ("negative",)}


def test_the_same_key_again_takes_the_label_back_and_stays(qtbot, desk, tag_list):
    desk.commands.label([3], ["negative"])
    qtbot.keyClick(tag_list, Qt.Key.Key_1)
    assert desk.given() == {}
    assert desk.session.current == 3


def test_after_the_last_row_the_one_before_is_read(qtbot, desk, tag_list):
    desk.session.set_current(8)
    qtbot.keyClick(tag_list, Qt.Key.Key_1)
    assert desk.given() == {8: ("negative",)}
    assert desk.session.current == 7


def test_of_several_labels_a_key_adds_one_and_stays(qtbot, desk, tag_list):
    desk.session.set_tags(replace(fakes.tags(), multi_label=True))
    qtbot.keyClick(tag_list, Qt.Key.Key_1)
    qtbot.keyClick(tag_list, Qt.Key.Key_3)
    assert desk.given() == {3: ("negative", "positive")}
    assert desk.session.current == 3


def test_x_says_that_none_of_several_labels_holds_and_goes_on(qtbot, desk, tag_list):
    desk.session.set_tags(replace(fakes.tags(), multi_label=True))
    qtbot.keyClick(tag_list, Qt.Key.Key_X)
    assert desk.given() == {3: (NONE,)}
    assert desk.session.tags.given[2].tolist() == [0, 0, 0]
    assert desk.session.current == 4
    desk.session.set_current(3)
    qtbot.keyClick(tag_list, Qt.Key.Key_2)
    assert desk.given() == {3: ("neutral",)}
    qtbot.keyClick(tag_list, Qt.Key.Key_U)
    assert desk.given() == {3: (NONE,)}
    qtbot.keyClick(tag_list, Qt.Key.Key_X)
    assert desk.given() == {}
    assert desk.session.current == 3


def test_none_is_taken_back_by_the_key_that_takes_labels_back(qtbot, desk, tag_list):
    desk.session.set_tags(replace(fakes.tags(), multi_label=True))
    qtbot.keyClick(tag_list, Qt.Key.Key_X)
    desk.session.set_current(3)
    qtbot.keyClick(tag_list, Qt.Key.Key_0)
    assert desk.given() == {}


def test_x_does_nothing_where_a_tagger_always_gives_one_label(qtbot, desk, tag_list):
    qtbot.keyClick(tag_list, Qt.Key.Key_X)
    assert desk.link.asked("label_passages") == []
    assert desk.session.current == 3


def test_keys_typed_into_a_line_stay_letters(qtbot, window):
    window.session.set_current(3)
    line = window.tags_panel.typed.line
    line.setFocus()
    qtbot.keyClicks(line, "1 u 0")
    assert line.text() == "1 u 0"
    assert window.link.asked("label_passages") == []


def test_chips_show_the_labels_with_their_keys_and_which_was_given(qtbot, desk, frame):
    chips = LabelChips(desk.session)
    chips.setParent(frame)
    asked = []
    chips.label_asked.connect(asked.append)
    assert chips.isHidden()
    desk.session.set_current(3)
    desk.commands.label([3], ["negative"])
    labels = chips.chips[:-1]
    assert [(chip.key, chip.said, chip.isChecked()) for chip in labels] == [
        ("1", "negative", True),
        ("2", "neutral", False),
        ("3", "positive", False),
    ]
    qtbot.mouseClick(labels[2], Qt.MouseButton.LeftButton)
    assert asked == [2]
    assert [chip.isChecked() for chip in labels] == [True, False, False]  # nobody has given it yet
    desk.session.set_current(4)
    assert [chip.isChecked() for chip in labels] == [False, False, False]


def test_many_labels_take_a_few_lines_and_the_rest_is_in_a_menu(desk, frame):
    labels = tuple(f"{number}: {'a name that goes on and on ' * 3}"[:60] for number in range(30))
    desk.session.set_taggers([replace(SENTIMENT, labels=labels)])
    desk.session.set_current(3)
    chips = LabelChips(desk.session)
    chips.setParent(frame)
    chips.resize(260, 100)
    chips.show()
    line = chips.chips[0].sizeHint().height()
    assert chips.heightForWidth(300) <= 2 * line + 4
    assert chips.heightForWidth(260) <= 3 * line + 8
    chips.menu.aboutToShow.emit()
    hidden = [chip for chip in chips.chips if chip.isHidden()]
    assert len(chips.menu.actions()) == len(hidden)
    asked = []
    chips.label_asked.connect(asked.append)
    chips.menu.actions()[-1].trigger()
    assert asked == [29]


def test_the_selection_is_labelled_by_its_menu(desk, frame):
    menu = LabelMenu(desk.session, desk.commands, "selection", frame)
    assert not menu.menuAction().isEnabled()
    desk.session.set_selection({2, 5}, "lasso")
    assert menu.title() == "Label 2 selected passages as"
    menu.aboutToShow.emit()
    menu.actions()[2].trigger()
    assert desk.given() == {2: ("positive",), 5: ("positive",)}
    menu.actions()[-1].trigger()
    assert desk.given() == {}


def test_the_menu_of_a_passage_shows_which_label_was_given(desk, frame):
    desk.session.set_current(3)
    desk.commands.label([3], ["neutral"])
    menu = LabelMenu(desk.session, desk.commands, "current", frame)
    menu.aboutToShow.emit()
    assert [action.isChecked() for action in menu.actions()[:3]] == [False, True, False]
    menu.actions()[-1].trigger()
    assert desk.given() == {}


@pytest.mark.parametrize("target", ["current", "selection"])
def test_the_menu_offers_none_of_several_labels(desk, frame, target):
    desk.session.set_current(3)
    desk.session.set_selection({3, 5}, "lasso")
    menu = LabelMenu(desk.session, desk.commands, target, frame)
    menu.aboutToShow.emit()
    assert not [action for action in menu.actions() if action.text().startswith("None")]
    desk.session.set_tags(replace(fakes.tags(), multi_label=True))
    menu.aboutToShow.emit()
    menu.actions()[3].trigger()
    assert desk.given() == ({3: (NONE,)} if target == "current" else {3: (NONE,), 5: (NONE,)})
    menu.aboutToShow.emit()
    assert menu.actions()[3].text() == ("None of these\tX" if target == "current" else "None of these")
    assert menu.actions()[3].isChecked() == (target == "current")
    menu.actions()[-1].trigger()
    assert desk.given() == {}


def measured(accuracy: float, macro_f1: float, caution: str = "") -> TagReport:
    return TagReport(fakes.LABELS, 12, accuracy, macro_f1, 0.5, 0.05, (0.5, 0.5, 0.5), caution=caution)


def test_a_lesson_is_told_before_and_after_and_can_be_undone(qtbot, desk, frame):
    bar = LessonBar(desk.link, desk.session, desk.commands)
    bar.setParent(frame)
    assert bar.isHidden()
    desk.commands.label([3, 4], ["negative"])
    assert not bar.isHidden()
    assert bar.given.text() == "2 labels"
    assert bar.undo.isHidden()
    tags = desk.session.tags
    bar.learn.click()
    assert bar.learn.text() == "Learning …"
    assert not bar.learn.isEnabled()
    few = "Few labels: the numbers can be far off."
    desk.link.end(Lesson("sentiment", 12, measured(0.71, 0.66), measured(0.83, 0.8, few), 134, 0.9))
    assert bar.said.text() == (
        "Accuracy 71 % → 83 %, macro-F1 0.66 → 0.80, on your labels, held out. "
        "134 passages changed. Few labels: the numbers can be far off."
    )
    bar.undo.click()
    assert desk.link.asked("unlearn") == [(("Town papers", "sentiment"), {})]
    assert bar.said.isHidden()
    assert not bar.learn.isEnabled()
    desk.link.answers["taggers"] = [replace(SENTIMENT, taught=False)]
    desk.link.end(tags)
    assert bar.learn.isEnabled()
    assert not desk.session.tagger_info.taught


def test_what_could_not_tag_before_has_no_numbers_before():
    lesson = Lesson("mine", 16, None, measured(0.75, 0.7), 0, 1.0)
    assert lesson_said(lesson) == (
        "Learned: accuracy 75 %, macro-F1 0.70, on your labels, held out. No passage changed."
    )


def test_the_least_sure_are_offered(desk, frame):
    bar = LessonBar(desk.link, desk.session, desk.commands)
    bar.setParent(frame)
    desk.link.answers["least_sure"] = (5, 2)
    bar.offer.click()
    assert desk.session.selection == {2, 5}
    assert desk.session.current == 5
