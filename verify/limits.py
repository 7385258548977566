"""Every budget of the verifier in one record, named, with its unit; the record is part of every certificate.

A limit that is hit is a refusal or a decline, never a growth.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits; seconds are wall clock, sizes are bytes unless the name says otherwise."""

    source_bytes: int = 65_536
    """largest spec, candidate or lemma file"""
    syntax_depth: int = 60
    """deepest nesting of the syntax tree"""
    literal_bits: int = 4_096
    """longest integer literal, in bits"""
    paths: int = 64
    """most paths through one loop body or one function body that the Lean printer writes out"""
    run_ticks: int = 200_000
    """ticks after which a reference run is given up"""
    patient_ticks: int = 8_000_000
    """ticks after which one is given up where too few end sooner: what calls itself twice is dear on small inputs already"""
    run_bits: int = 65_536
    """longest integer of a reference run, in bits"""
    examples: int = 300
    """inputs that the examples gate draws for each judgement"""
    examples_required: int = 20
    """inputs that must have met the contract for the examples gate to let a judgement pass"""
    mutants: int = 160
    """mutants of a baseline that the strength gate makes; of more, these are drawn"""
    mutants_required: int = 5
    """mutants that must give another result than the baseline somewhere, for the strength gate to tell anything"""
    mutants_refuted: int = 90
    """of those, the percentage that the contract must refute"""
    trivial_programs: int = 60
    """constants, arguments and tuples of them, that the strength gate tries"""
    strength_ticks: int = 400_000
    """ticks of the baseline on all inputs of the strength gate, of which it takes the cheapest"""
    survivors_shown: int = 5
    """programs that a contract does not refute, of those that are shown"""
    python_seconds: int = 10
    """one confirming run in CPython"""
    python_bytes: int = 512 * 2**20
    """address space of that run"""
    smt_seconds: int = 10
    """the whole smt gate of one judgement"""
    smt_bytes: int = 1024 * 2**20
    """address space of the solver's process"""
    smt_unroll: int = 6
    """turns up to which the smt gate unrolls each loop"""
    solver_seconds: int = 120
    """each solver of the tier smt, on all questions of one judgement"""
    solver_bytes: int = 1024 * 2**20
    """address space of the process of each"""
    solver_bits: int = 512
    """widest int that the tier smt writes down"""
    solver_terms: int = 20_000
    """most lines of the script of one judgement"""
    lean_seconds: int = 120
    """one request to a Lean session"""
    lean_heartbeats: int = 400_000
    """deterministic work that Lean spends on one declaration, in thousands"""
    proof_bytes: int = 262_144
    """longest proof text"""
    slack: int = 32
    """largest K of the order `eventually`"""
    worst_from: int = 1_024
    """largest N of the order `worst-case`, a size of inputs"""

    def as_data(self) -> dict[str, int]:
        """Return the record as a mapping, for the certificate."""
        return asdict(self)


DEFAULT = Limits()
