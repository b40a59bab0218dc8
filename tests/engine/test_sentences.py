"""Where sentences begin and end."""

import pytest

from engine.tagging.sentences import sentences


@pytest.mark.parametrize(
    "parts",
    [
        ["One.", " Two!", " Three?", " Four"],
        ["Dr. Reed met J. R. Hill, e.g. at 3.5 km.", " Then home."],
        ["“Why?” she said.", " It was I.", " Good."],
        ["well... perhaps.", " yes it was...", " Then no"],
        ["dull at first .", " but moving ."],
        ["最低だ。", "本当に！", "はい"],
        ["A heading", "\n\nA text that is\nwrapped here.", "\n- an item", "\n- another"],
        ["Great! :-) !!!", " Truly."],
        [],
        ["..."],
    ],
)
def test_a_text_falls_into_its_sentences(parts: list[str]) -> None:
    text = "".join(parts) + " \n"

    assert [text[start:end] for start, end in sentences(text)] == [part.strip() for part in parts]


def test_nothing_but_white_space_is_left_out() -> None:
    text = "One (two). “Three!” four…\n\n5. Six ... seven; eight\n\n\nNine? ¿Diez? – ja. „Elf.“ "
    spans = sentences(text)

    left_out = "".join(
        text[end:start]
        for (_, end), (start, _) in zip([(0, 0), *spans], [*spans, (len(text), 0)], strict=True)
    )
    assert left_out.strip() == ""
    assert all(start < end for start, end in spans)
