"""Characters as Python counts them and as Qt does (UTF-16), and texts made safe to show without moving any."""

PLAIN = {ord("\r"): "\n", 0: " ", 0x2028: "\n", 0x2029: "\n", 0xFDD0: " ", 0xFDD1: " "}


def shown(text: str) -> str:
    """Return a text as Qt will keep it: as long as before, every line end one line feed, no NUL."""
    return text.replace("\r\n", " \n").translate(PLAIN)


def qt_offset(text: str, index: int) -> int:
    """Return the place of character `index` as Qt counts: characters beyond the first plane count twice."""
    return index + sum(1 for char in text[:index] if ord(char) > 0xFFFF)


def window(text: str, start: int, end: int, reach: int) -> tuple[int, int]:
    """Return the part of a long text to show around `start` to `end`: `reach` characters more on each side.

    It is cut at line ends when there is one near, so that no line begins in its middle.
    """
    left, right = max(0, start - reach), min(len(text), end + reach)
    if left:
        line_end = text.find("\n", left, min(start, left + 2000))
        left = line_end + 1 if line_end >= 0 else left
    if right < len(text):
        line_end = text.rfind("\n", max(end, right - 2000), right)
        right = line_end if line_end >= 0 else right
    return left, right
