"""What is timed, and how much it may take."""

from dataclasses import dataclass, field

from benchmarks.libraries import OURS, THEIRS


@dataclass(frozen=True)
class Workload:
    """What is timed.

    Fields:
      name: short and unique within the script; the table and the targets use it.
      settings: given to `prepare`; "dtype" also chooses the precision that JAX starts with.
      contestants: label -> settings of that contestant; a label starts with the library's name.
      work: how many units one run does; then the record holds units per second.
      target: one of the rows that must be reached. quick: part of `--quick`.
      fresh: in so many fresh processes the first call is timed, and nothing else.
    """

    name: str
    settings: dict
    contestants: dict[str, dict] = field(default_factory=lambda: {OURS: {}, THEIRS: {}})
    work: float | None = None
    target: bool = False
    quick: bool = False
    fresh: int = 0

    def library(self, label: str) -> str:
        """The library of a contestant."""
        for name in (OURS, THEIRS):
            if label.startswith(name):
                return name
        raise ValueError(f"{self.name}: a contestant's label starts with {OURS} or {THEIRS}, got {label!r}.")


@dataclass(frozen=True)
class Limits:
    """How much a workload may take.

    Fields:
      runs: counted runs; twice as many where these took less than `brief_s` together. A first call longer
        than `brief_s` needs no further warm-up.
      long_s: of a contestant whose counted run takes this long, one is enough.
      call_s: one call may take. memory_bytes: one process may take.
    """

    runs: int = 5
    brief_s: float = 1.5
    long_s: float = 20.0
    call_s: float = 60.0
    memory_bytes: int = 13 * 10**9
