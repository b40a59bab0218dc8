"""The ways to make a tagger from labelled texts, and when each is right; light to import, for the window too."""

from engine.tagging.records import HeadPooling, TaggerKind

ROUTES = {
    TaggerKind.HEAD: (
        "A head on the encoder's embeddings: seconds, and the best choice with few texts, up to some 30 a label."
    ),
    TaggerKind.ADAPTER: (
        "Small adapters inside the encoder: minutes, often better from some 50 texts a label on, and the way for pairs."
    ),
    TaggerKind.MODEL: (
        "A whole model of your own: the longest, and a large file; for a language or a subject that its makers "
        "trained it on."
    ),
}
"""Route → one sentence that helps to choose."""

POOLINGS = {
    HeadPooling.CLS: "The state of [CLS], through BERT's pooler: the usual way.",
    HeadPooling.MEAN: "The mean of all tokens, as search does.",
    HeadPooling.ATTENTION: (
        "All tokens, each by a weight that the head learns to give it; the inspector shows the weights."
    ),
}
"""What the head over adapters can read → one sentence."""

FEW_A_LABEL = 20
"""Texts a label below which a head told more texts rightly than adapters did (tests/benchmarks/training_routes.py)."""
