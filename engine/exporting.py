"""Writing results to files: tables as csv or parquet."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from indexes.errors import AsterismError


class ExportError(AsterismError):
    """A file cannot be written."""


def write_table(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write columns of one length to a .csv or .parquet file; an old file is replaced only by a whole new one."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    writers = {".csv": csv.write_csv, ".parquet": parquet.write_table}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ExportError(
            f"{path.name}: tables are written as .csv or .parquet; choose one of these suffixes."
        )
    temporary = path.with_name(f".{path.name}.part")
    try:
        writer(pa.table({name: pa.array(values) for name, values in columns.items()}), temporary)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ExportError(f"{path} cannot be written: {error.strerror or error}.") from error
