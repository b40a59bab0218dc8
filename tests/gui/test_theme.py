"""Colours that can be read, and icons that follow them."""

import pytest
from PySide6.QtGui import QColor

from engine.pace import duration
from gui.icons import SHAPES, icon
from gui.theme import DARK, LIGHT, palette_of, tones
from gui.wording import count, percent, size


def luminance(name: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    colour = QColor(name)
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_keeps_its_contrast_on_every_ground(scheme):
    for ground in (scheme.window, scheme.surface, scheme.hover, scheme.accent_soft):
        for ink in (scheme.text, scheme.muted):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    pairs = [
        (scheme.accent, scheme.surface),
        (scheme.accent, scheme.window),
        (scheme.on_accent, scheme.accent),
        (scheme.on_accent, scheme.accent_hover),
        (scheme.text, scheme.mark),
        (scheme.text, scheme.mark_soft),
        (scheme.text, scheme.danger_soft),
        (scheme.danger, scheme.window),
        (scheme.good, scheme.window),
    ]
    for ink, ground in pairs:
        assert contrast(ink, ground) >= 4.5, (ink, ground)


def test_the_colours_of_a_palette_are_found_again(qapp):
    assert tones(palette_of(LIGHT)) is LIGHT
    assert tones(palette_of(DARK)) is DARK


@pytest.mark.parametrize("name", SHAPES)
def test_every_icon_draws_something_within_its_bounds(qapp, name):
    picture = icon(name, LIGHT).pixmap(18, 18).toImage()
    inked = [(x, y) for x in range(18) for y in range(18) if picture.pixelColor(x, y).alpha() > 40]
    assert inked


def test_counts_sizes_and_shares_are_said_as_a_person_says_them():
    assert count(1, "passage") == "1 passage"
    assert count(1204, "passage") == "1,204 passages"
    assert size(999) == "999 bytes"
    assert size(45_300_000) == "45 MB"
    assert size(4_100_000) == "4.1 MB"
    assert percent(0.9999) == "99 %"
    assert percent(0.0001) == "< 1 %"
    assert percent(1.0) == "100 %"
    assert duration(4) == "a few seconds"
    assert duration(140) == "about 2 minutes"
    assert duration(3600) == "about an hour"
