"""A tagger halfway between two: what each has learned, averaged, one of them trained on from the other.

The average of a model and of what further training made of it often does better than both, above all on texts of other
kinds (Wortsman et al. 2022, https://arxiv.org/abs/2109.01903).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.tagging.tagger_files import (
    ADAPTER_FILE,
    read_description,
    whole_or_nothing,
    write_description,
    write_tensors,
)


def blend(one: Path, other: Path, share: float, out: Path, **description: Any) -> None:
    """Write the tagger whose weights are (1 - share) times those of `one` plus `share` times those of `other`.

    Both have adapters over the same blocks of one base. The blend's rank is the sum of theirs, as a sum of products
    B·A is one product of wider factors. Its tagger.json is that of `other`, with `description`.
    """
    known, said = read_description(one), read_description(other)
    scales = [float(each["alpha"]) / int(each["rank"]) for each in (known, said)]
    rank = int(known["rank"]) + int(said["rank"])
    alpha = round(rank * scales[1])
    with whole_or_nothing(out) as part:
        write_tensors(part, _blended(_tensors(one), _tensors(other), share, scales))
        write_description(part, said | {"rank": rank, "alpha": alpha} | description)


def _blended(
    one: Mapping[str, Any], other: Mapping[str, Any], share: float, scales: list[float]
) -> dict[str, Any]:
    import torch

    blended = {}
    for name, tensor in other.items():
        if "lora_A" in name:
            blended[name] = torch.cat([one[name], tensor])
        elif "lora_B" in name:
            ours = one[name] * (1 - share) * scales[0] / scales[1]
            blended[name] = torch.cat([ours, tensor * share], dim=1)
        else:
            blended[name] = torch.lerp(one[name], tensor, share)
    return blended


def _tensors(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return {name: tensor.float() for name, tensor in load_file(folder / ADAPTER_FILE).items()}
