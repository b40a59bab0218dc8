"""Texts to measure with: the sample corpus' words in new orders, as long as real passages."""

import random
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "engine" / "sample"


def passages(count: int, words: tuple[int, int] = (20, 150), seed: int = 0) -> list[str]:
    """Return `count` texts of sentences from the sample corpus, of a number of words between `words`."""
    sentences = [
        sentence.strip()
        for path in sorted(SAMPLE.rglob("*"))
        if path.suffix in {".md", ".txt", ".rst"}
        for sentence in path.read_text("utf-8").replace("\n", " ").split(". ")
        if len(sentence.split()) > 4
    ]
    chance = random.Random(seed)
    texts = []
    for _ in range(count):
        wanted, text = chance.randint(*words), []
        while sum(len(sentence.split()) for sentence in text) < wanted:
            text.append(chance.choice(sentences))
        texts.append(". ".join(text) + ".")
    return texts
