"""What a search has learned: carried from run to run in a JSON file beside the journal."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from loop.journal import journal_path
from loop.search.bandit import Bandit
from loop.search.effort import Efforts
from loop.search.islands import Islands
from loop.search.kept import kept, read
from loop.search.prices import Prices
from loop.search.provability import Provability
from loop.search.reading import mapping, record

FORMAT: Final = 1
TARGETS: Final = 512
"""targets whose archives are kept; of more, the ones that were looked at last"""


@dataclass(slots=True)
class Learned:
    """Bandits, prices, rates of proof, courses and archives; empty where nothing was learned."""

    techniques: Bandit = field(default_factory=Bandit)
    operators: Bandit = field(default_factory=Bandit)
    proposers: Bandit = field(default_factory=Bandit)
    models: Bandit = field(default_factory=Bandit)
    prices: Prices = field(default_factory=Prices)
    provability: Provability = field(default_factory=Provability)
    efforts: Efforts = field(default_factory=Efforts)
    archives: dict[str, Islands] = field(default_factory=dict)
    """by target"""

    def islands(self, target: str) -> Islands:
        """Return the archives of a target, which is looked at last from here on."""
        found = self.archives.pop(target, None) or Islands()
        self.archives[target] = found
        while len(self.archives) > TARGETS:
            del self.archives[next(iter(self.archives))]
        return found

    def next_run(self) -> "Learned":
        """Return what the next run begins with: what was measured becomes its prices."""
        return Learned(
            self.techniques, self.operators, self.proposers, self.models, self.prices.settled(), self.provability, self.efforts,
            self.archives,
        )  # fmt: skip

    def to_data(self) -> dict[str, object]:
        """Return it as JSON data; a run that goes on from it goes on as this one would have."""
        return {
            "format": FORMAT,
            "techniques": self.techniques.to_data(), "operators": self.operators.to_data(),
            "proposers": self.proposers.to_data(), "models": self.models.to_data(), "prices": self.prices.to_data(),
            "provability": self.provability.to_data(), "efforts": self.efforts.to_data(),
            "archives": [{"target": t, "islands": a.to_data()} for t, a in self.archives.items()],
        }  # fmt: skip

    @classmethod
    def from_data(cls, data: object) -> "Learned":
        """Read what `to_data` wrote. Raises ValueError."""
        names = ("techniques", "operators", "proposers", "models", "prices", "provability", "efforts", "archives")
        of = record(data, "format", *names)
        if of["format"] != FORMAT:
            raise ValueError(f"format {FORMAT} is due")
        archives: dict[str, Islands] = {}
        if not isinstance(of["archives"], list):
            raise ValueError("an array of archives is due")  # noqa: TRY004 - malformed input is a ValueError throughout
        for one in of["archives"]:
            entry = record(one, "target", "islands")
            archives[str(entry["target"])] = Islands.from_data(mapping(entry["islands"]))
        techniques, operators, proposers, models = (Bandit.from_data(of[n]) for n in names[:4])
        return cls(
            techniques, operators, proposers, models, Prices.from_data(of["prices"]),
            Provability.from_data(of["provability"]), Efforts.from_data(of["efforts"]), archives,
        )  # fmt: skip


def learned_path(folder: Path) -> Path:
    """Return where the learned state of a graph's folder stands.

    >>> learned_path(Path("work/accepted"))
    PosixPath('work/.qed/accepted/search.json')
    """
    return journal_path(folder).with_name("search.json")


def load(path: Path) -> tuple[Learned, str]:
    """Return what earlier runs learned, and a complaint, "" for none; what cannot be read is as good as nothing learned."""
    found, complaint = read(path, Learned.from_data, "is no learned state", "the search begins with nothing learned")
    return found or Learned(), complaint


def save(path: Path, learned: Learned) -> str:
    """Write what was learned, whole or not at all; return a complaint, "" for none."""
    return kept(path, learned.to_data())
