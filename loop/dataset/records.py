"""The records of a dataset; their JSON schema is made from these classes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Split = Literal["train", "test"]


class Message(BaseModel):
    """One part of a prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    role: Literal["system", "user"]
    content: str


class Origin(BaseModel):
    """Where a record comes from; every digest is a SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    target: str = Field(description="the function's name")
    family: str = Field(description="the folder of the spec file; all targets of a family are in one split")
    spec: str = Field(description="the node of the target's spec in the graph")
    node: str = Field(description="the node of what was accepted")
    supersedes: str = Field(description="the node of the version that it was judged against, empty for a baseline")
    lean: str = Field(description="the Lean whose kernel decided, empty at the tier smt")
    licence: str = Field(description="of the programs, as an SPDX expression")


class Supervised(BaseModel):
    """A version that was accepted, as the answer to the question that a model is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    prompt: tuple[Message, ...]
    completion: str = Field(description="the program")
    proof: str = Field(description="the Lean text of its proof, empty at the tier smt")
    tier: Literal["kernel", "smt"]
    order: str = Field(description="in which sense it is cheaper")
    origin: Origin


class Preference(BaseModel):
    """An accepted program over one that was refuted, for the same question."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    prompt: tuple[Message, ...]
    chosen: str
    rejected: str
    reason: str = Field(description="the class of the reason for which it was refuted")
    message: str = Field(description="that reason in words, with the counterexample where there is one")
    origin: Origin


class Step(BaseModel):
    """One declaration of a proof that the kernel accepted: what is to be proved, what was declared before, what comes next."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    statement: str = Field(description="the Lean text of the pinned statement")
    before: tuple[str, ...] = Field(description="the declarations so far")
    step: str = Field(description="the next declaration")
    last: bool = Field(description="whether it ends the proof")
    origin: Origin


Record = Supervised | Preference | Step
CONFIGS: dict[str, type[Record]] = {"supervised": Supervised, "preferences": Preference, "proofs": Step}
"""the kinds of records, by the name of their folder"""
