"""The inspector: each step of the walk, what is asked of the engine, and what it says when there is nothing."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from engine.inspecting.records import (
    FlowStep,
    Inspection,
    LabelAttribution,
    ModelCard,
    PoolingNeighbours,
    TokenView,
    Trace,
    Weighed,
    WindowView,
    WordGuess,
)
from engine.progress import Progress
from engine.records import Attribution, Share
from engine.tagging.records import TaggerInfo
from gui.inspecting.head_grid import ALL, reach
from gui.inspecting.inspect_dialog import InspectDialog
from gui.session import Session
from tests.gui import fakes

TEXT = "I loved it."
PIECES = (("[CLS]", 0, 0), ("i", 0, 1), ("loved", 2, 7), ("it", 8, 10), (".", 10, 11), ("[SEP]", 0, 0))
TOKENS = tuple(
    TokenView(piece, 100 + row, start, end, start == end, row, 0, -1 if start == end else row - 1)
    for row, (piece, start, end) in enumerate(PIECES)
)
PASSAGE = {passage.id: passage for passage in fakes.passages()}[6]


def trace(**changes: object) -> Trace:
    """Two layers of two heads: the first head of the first layer looks at “loved” alone, all others at all alike."""
    attention = np.full((2, 2, 6), 1 / 6, np.float32)
    attention[0, 0] = (0, 0, 1, 0, 0, 0)
    made = Trace(
        card=ModelCard("tiny", "bert", 2, 2, 16, 32, 128, 64, 5_400_000),
        tokens=TOKENS,
        flow=(
            FlowStep("ids", (1, 6), "Numbers."),
            FlowStep("layer 1", (1, 6, 16), "Mixed."),
            FlowStep("pooler_output", (1, 16), "tanh(W·h + b)", beside=True),
        ),
        followed=0,
        followed_name="[CLS]",
        attention=attention,
        states=np.ones((3, 16), np.float32),
        norms=(4.0, 5.0, 6.0),
        step_cosines=(0.5, 0.75),
        last_cosines=(0.25, 0.75, 1.0),
        pooler_output=np.zeros(16, np.float32),
        pooler_error=1e-7,
        read_to=11,
        left_out=0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def seen(text: str = TEXT, **changes: object) -> Inspection:
    one = replace(
        fakes.inspection(text),
        tokens=TOKENS,
        encoder_trace=trace(),
        tagger_trace=trace(card=replace(trace().card, kind="other")),
        similarity=Attribution(0, 1.0, (Share(2, 7, 0.7), Share(8, 10, -0.1)), 0.4),
        poolings=("mean", "max"),
        pooling_cosines=np.array([[1, -0.25], [-0.25, 1]], np.float32),
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def attributed(label: str = "positive", **changes: object) -> LabelAttribution:
    made = LabelAttribution(
        TEXT, "sentiment", label, TOKENS, np.array([0, 0.25, 2.0, -0.5, 0, 0]), 2.9, 1.14, -0.01, 24, "[PAD]", 0.93,
        0, 11,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def session() -> Session:
    session = Session()
    session.set_corpus(fakes.corpus())
    session.set_taggers(
        (
            TaggerInfo("sentiment", fakes.LABELS, "", "", {}),
            TaggerInfo("nli", ("entailment", "neutral"), "", "", {}, pair=True),
            TaggerInfo("unfinished", ("a", "b"), "", "", {}, taught=False),
        )
    )
    return session


@pytest.fixture
def dialog(qtbot, link, session) -> InspectDialog:
    link.answers["inspect"] = lambda text, **_: seen(text)
    dialog = InspectDialog(link, TEXT, None, session)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_every_step_can_be_reached_by_the_arrow_keys(dialog):
    dialog.steps.setFocus()
    for number in range(1, len(dialog.pages)):
        QTest.keyClick(dialog.steps, Qt.Key.Key_Down)
        assert dialog.stack.currentIndex() == number
    assert [name for name, _ in dialog.pages] == [
        "Tokens", "Way through", "Attention", "[CLS] by layer", "Pooler and head", "Why", "Poolings",
    ]  # fmt: skip
    assert all(page.accessibleName() for _, page in dialog.pages)


def test_tokens_are_shown_with_their_ids_and_places(dialog):
    page = dialog.tokens_page
    assert page.said.text().startswith("6 tokens, 2 of them added by the model")
    assert page.chips.accessibleDescription() == "[CLS] i loved it . [SEP]"
    rows = [[page.rows.data(page.rows.index(row, column)) for column in range(5)] for row in (0, 2)]
    assert rows == [["0", "[CLS]", "100", "0", "added"], ["2", "loved", "102", "0", "2–7"]]
    assert page.cut.isHidden()
    assert page.windows.isHidden()


def test_where_the_model_stops_reading_and_the_windows_are_said(dialog, link):
    windows = (WindowView(0, 7, 4), WindowView(8, 11, 4))
    link.answers["inspect"] = seen(encoder_trace=trace(read_to=7, left_out=2), windows=windows)
    dialog.ask()
    page = dialog.tokens_page

    assert "stops at character 7, after “…I loved”: 2 more tokens" in page.cut.text()
    assert not page.cut.isHidden()
    assert "2 windows" in page.windows.text()
    assert "0–7, 8–11" in page.windows.text()


def test_a_masked_word_is_guessed_or_it_is_said_why_not(dialog, link):
    page = dialog.tokens_page.guesses
    assert page.isHidden()
    link.answers["guess_words"] = (WordGuess(2, 8, (("loved", 0.75), ("saw", 0.1))),)
    dialog.text.setPlainText("I [MASK] it.")
    dialog.ask()
    assert link.asked("guess_words") == [(("I [MASK] it.",), {})]
    assert not page.isHidden()
    assert page.bars[0].accessibleDescription() == "loved 0.75, saw 0.10"
    assert page.bars[1].isHidden()
    page._say("The encoder was saved without the head that guesses words.")
    assert page.bars[0].isHidden()


def test_the_flow_is_told_with_shapes(dialog):
    said = dialog.flow_page.diagram.accessibleDescription()
    assert "layer 1 1 × 6 × 16: Mixed." in said
    assert "beside: pooler_output 1 × 16" in said
    assert "Parameters 5.4 million" in dialog.flow_page.card.accessibleDescription()


def test_a_head_that_looks_at_one_token_reaches_one_and_one_that_looks_at_all_reaches_all():
    attention = np.array([[[0, 1, 0, 0], [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0]]], np.float32)
    assert reach(attention)[0].tolist() == pytest.approx([1, 4, 2])


def test_a_head_is_chosen_by_keys_and_by_hand_and_home_takes_all(dialog):
    page = dialog.attention_page
    dialog.steps.setCurrentRow(2)
    assert page.grid.choice == ALL
    assert page.weights.tolist() == pytest.approx([0.125, 0.125, 0.375, 0.125, 0.125, 0.125])
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_Right)
    assert page.grid.choice == (0, 0)
    assert page.which.text() == "Layer 1, head 1"
    assert page.weights.tolist() == [0, 0, 1, 0, 0, 0]
    assert "spread as if over 1.0 tokens" in page.grid.accessibleDescription()
    assert "loved gets 1.000 of the attention" in page.chips.accessibleDescription()
    QTest.keyClick(page.grid, Qt.Key.Key_Down)
    assert page.grid.choice == (1, 0)
    QTest.keyClick(page.grid, Qt.Key.Key_Home)
    assert page.grid.choice == ALL
    cell = page.grid._box(1, 1).center().toPoint()
    QTest.mouseClick(page.grid, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(cell))
    assert page.grid.choice == (1, 1)


def test_a_model_without_attention_says_so(dialog, link):
    link.answers["inspect"] = seen(encoder_trace=trace(attention=np.zeros((0, 0, 6), np.float32)))
    dialog.ask()

    assert dialog.attention_page.said.text() == "This model does not tell where its attention goes."
    assert dialog.attention_page.grid.isHidden()


def test_cls_through_the_layers_is_told_in_numbers(dialog):
    page = dialog.layers_page
    assert page.lengths.accessibleDescription() == "embedding 4.00, 1 5.00, 2 6.00"
    assert page.steps.accessibleDescription() == "1 0.50, 2 0.75"
    assert page.last.accessibleDescription() == "embedding 0.25, 1 0.75, 2 1.00"


def test_the_answer_page_says_how_logits_become_probabilities(dialog, link):
    link.answers["inspect"] = seen(temperature=1.5, multi_label=True)
    dialog.ask()
    page = dialog.answer_page

    assert "differs by 1e-07 at most" in page.pooler_said.text()
    assert "negative −2.100" in page.logits.text()
    assert "temperature 1.50" in page.temperature.text()
    assert "sigmoid" in page.temperature.text()


def test_a_head_tagger_is_said_to_read_no_cls(dialog, link):
    link.answers["inspect"] = seen(tagger_trace=None, pooler_output=None, tagger="mine")
    dialog.ask()

    assert dialog.answer_page.said.text().startswith("“mine” is a head over the embedding itself")
    assert dialog.answer_page.cls.isHidden()
    assert not dialog.models.isEnabled()


def test_a_head_that_weighs_tokens_shows_the_weights_and_the_sum(dialog, link):
    weights = np.array([0.1, 0.1, 0.5, 0.1, 0.1, 0.1], np.float32)
    made = Weighed(weights, np.ones(16, np.float32), 2e-7, "By hand.")
    weighed = trace(weighed=made, pooler_output=None)
    link.answers["inspect"] = seen(tagger_trace=weighed, pooler_output=None, tagger="mine")
    dialog.ask()
    page = dialog.answer_page

    assert page.said.text().startswith("The head of “mine” reads all tokens, each by a weight")
    assert "loved weight 0.500" in page.tokens.accessibleDescription()
    assert "differs by 2e-07 at most" in page.pooled_said.text()
    assert page.cls.isHidden()
    assert page.pooler.isHidden()
    link.answers["inspect"] = seen()
    dialog.ask()
    assert page.tokens.isHidden()
    assert page.pooled.isHidden()
    assert not page.cls.isHidden()


def test_the_tagger_s_model_can_be_looked_into(dialog):
    dialog._on_model("tagger")
    assert "Kind other" in dialog.flow_page.card.accessibleDescription()
    dialog._on_model("encoder")
    assert "Kind bert" in dialog.flow_page.card.accessibleDescription()


def test_what_drives_search_is_there_and_the_label_is_asked_for(dialog, link):
    page = dialog.why_page
    assert [(one.start, one.end, one.tip) for one in page.similarity.text._shades] == [
        (2, 7, "loved: adds +0.700 to the embedding"),
        (8, 10, "it: adds −0.100 to the embedding"),
    ]
    assert "+0.400 of [CLS] and [SEP], they make 1.000" in page.similarity.sum.text()
    assert page.labels.currentText() == "positive"
    page.asking.button.click()
    assert link.asked("attribute_label") == [((TEXT, "sentiment", "positive"), {})]
    assert page.asking.button.text() == "Stop"
    link.advance(Progress("Integrating gradients", 8, 0, "gradients", "off by 2.0%"))
    assert page.asking.said.text() == "Integrating gradients · 8 gradients · off by 2.0%"
    link.end(attributed())
    assert page.asking.button.text() == "Explain"
    assert "should add up to +1.760 and are off by −0.010 (0.6%), after 24 gradients" in page.label.sum.text()
    assert page.label.bars.accessibleDescription() == "loved 2.00, it −0.50, i 0.25"


def test_another_text_or_label_takes_the_explanation_back_and_stops_the_job(dialog, link):
    page = dialog.why_page
    page.asking.button.click()
    job = link.jobs[-1]
    page.labels.setCurrentText("negative")
    assert job.cancelled
    page.show_found(attributed("negative"))
    assert not page.label.text.isHidden()
    dialog.text.setPlainText("Another text.")
    dialog.ask()
    assert page.label.text.isHidden()
    assert page.label.sum.text().startswith("Explain shares out the logit of “positive”")


def test_a_window_of_a_long_text_is_chosen_and_explained(dialog, link):
    page = dialog.why_page
    assert page.windows.isHidden()
    link.answers["inspect"] = seen(windows=(WindowView(0, 7, 4), WindowView(8, 11, 4)))
    dialog.ask()
    assert not page.windows.isHidden()
    page.windows.setCurrentIndex(1)
    page.asking.button.click()
    assert link.asked("attribute_label")[-1] == ((TEXT, "sentiment", "positive"), {"window": 1})
    link.end(attributed(start=8, end=11, tokens=(TOKENS[0], *TOKENS[3:]), shares=np.array([0, 0.5, 0.1, 0])))
    assert page.label.text.toPlainText() == "it."
    assert [(one.start, one.end) for one in page.label.text._shades] == [(0, 2), (2, 3)]


def test_an_exact_attribution_says_that_it_is_exact(dialog):
    dialog.why_page.show_found(attributed(steps=0, baseline="no embedding", completeness_error=0.0))
    assert "the shares are exact" in dialog.why_page.label.sum.text()


def test_an_error_of_the_engine_is_shown_where_it_was_asked(dialog, link):
    dialog.why_page.asking.button.click()
    link.end(error="The tagger is gone.")
    assert dialog.why_page.label.sum.text() == "The tagger is gone."
    assert dialog.why_page.asking.button.text() == "Explain"


def test_poolings_are_compared_and_their_neighbours_listed(dialog, link):
    page = dialog.poolings_page
    dialog.steps.setCurrentRow(6)
    assert page.matrix.accessibleDescription() == "max and mean −0.25"
    assert page.matrix.told_at(QPointF(page.matrix._box(1, 0).center())) == "max and mean: cosine -0.250"
    page.asking.button.click()
    assert link.asked("compare_poolings") == [(("Town papers", TEXT, 0, 5), {})]
    hits = fakes.neighbours("", 1, 5)
    link.end((PoolingNeighbours("mean", hits, 5), PoolingNeighbours("max", hits[:2], 2)))
    assert [page.rows.data(page.rows.index(row, 1)) for row in (0, 1)] == ["5 of 5", "2 of 2"]
    assert page.hits_title.text() == "Nearest by “mean”"
    page.table.selectRow(1)
    assert page.hits_title.text() == "Nearest by “max”"
    assert len(page.hits.rows) == 2


def test_the_passage_being_read_is_followed_when_that_is_on(dialog, link, session):
    session.set_current(6)
    assert dialog.text.toPlainText() == TEXT
    dialog.follow.setChecked(True)
    assert dialog.text.toPlainText() == PASSAGE.text
    assert dialog.poolings_page.passage_id == 6
    session.set_current(7)
    assert dialog.text.toPlainText() == fakes.TEXTS[6][4]
    dialog.text.setPlainText("Typed instead.")
    dialog.ask()
    assert dialog.poolings_page.passage_id == 0


def test_a_tagger_is_chosen_of_those_that_can_tag_and_a_pair_gets_a_second_text(dialog, link):
    names = [dialog.taggers.itemText(row) for row in range(dialog.taggers.count())]
    assert names == ["sentiment", "nli"]
    assert dialog.second.isHidden()
    dialog.taggers.setCurrentIndex(1)
    assert not dialog.second.isHidden()
    assert "type the second one" in dialog.note.text()
    assert not link.asked("inspect")[-1][1]
    dialog.second.setPlainText("It is good.")
    dialog.ask()
    assert link.asked("inspect")[-1] == ((TEXT,), {"tagger": "nli", "second": "It is good."})


def test_an_empty_text_and_an_error_have_a_state_of_their_own(dialog, link, qtbot, session):
    dialog.text.setPlainText("  ")
    dialog.ask()
    assert dialog.states.currentWidget() is dialog.state
    assert dialog.state.title.text() == "No text yet"

    class Failing(fakes.FakeLink):
        def call(self, method, *args, on_done=None, on_error=None, **kwargs):
            if on_error:
                on_error("The encoder cannot be loaded.")

    other = InspectDialog(Failing(), TEXT, None, session)
    qtbot.addWidget(other)
    assert other.state.text.text() == "The encoder cannot be loaded."
    other.close()


def test_an_answer_that_comes_after_the_window_has_closed_is_let_go(qapp, session):
    waiting = []

    class Slow(fakes.FakeLink):
        def call(self, method, *args, on_done=None, on_error=None, **kwargs):
            waiting.append(on_done)

    late = InspectDialog(Slow(), TEXT, None, session)
    late.show()
    late.reject()
    waiting[-1](seen())
    assert late._seen is None


@pytest.mark.parametrize("text", [TEXT, "word " * 300, "👍🏽 日本語", ""])
def test_any_text_can_be_drawn_at_any_width(dialog, link, text):
    tokens = tuple(
        TokenView(f"t{row}", row, row, row + 1, False, row, 0, row)
        for row in range(max(1, len(text.split())))
    )
    attention = np.full((2, 2, len(tokens)), 1 / len(tokens), np.float32)
    link.answers["inspect"] = seen(
        text, tokens=tokens, encoder_trace=trace(tokens=tokens, attention=attention)
    )
    dialog.text.setPlainText(text or "x")
    dialog.ask()
    for width in (360, 900):
        dialog.resize(width, 600)
        for number in range(len(dialog.pages)):
            dialog.steps.setCurrentRow(number)
            assert not dialog.grab().isNull()
