"""A certificate is read back exactly, refused when anything in it is odd, and knows what has changed since."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from small_graph import CURRENT, certificate, chain

from verify.canonical import Data
from verify.certificate import (
    Certificate,
    certificate_from_data,
    certificate_to_data,
    claim,
    spec_digest,
    stale,
)
from verify.limits import DEFAULT
from verify.spec import to_specs

SPEC, BASE, *_ = chain("f", 1)


def _data() -> dict[str, Data]:
    return certificate_to_data(certificate(SPEC, b"new", BASE, "eventually", 3))


def test_it_reads_back_what_it_wrote() -> None:
    for made in (certificate(SPEC, b"new", BASE, "eventually", 3), certificate(SPEC, b"old", None, None, 0)):
        assert certificate_from_data(certificate_to_data(made)) == made
        assert hash(made) == hash(certificate_from_data(certificate_to_data(made)))


def test_the_spec_digest_is_that_of_a_spec() -> None:
    content = b"from verify import target\n\n\n@target\ndef f(n: int) -> int:\n    return n\n"
    (spec,) = to_specs(content, "f.py", DEFAULT)
    assert spec_digest(content, "f") == spec.digest
    assert spec_digest(content, "g") != spec.digest


ODD: dict[str, Callable[[dict[str, Data]], object]] = {
    "keys": lambda d: d.update(extra=1),
    "recheck": lambda d: d.update(recheck="qed ci\x1b[2J"),
    "slack": lambda d: d.update(slack=True),
    "order": lambda d: d.update(order="sometimes"),
    "tier": lambda d: d.update(tier="tested"),
    "spec": lambda d: d.update(spec="A" * 64),
    "old": lambda d: d.update(old=None),
    "proof": lambda d: d.update(proof="0" * 63),
    "limits": lambda d: d.update(limits={"slack": -1}),
    "trusted": lambda d: d.update(trusted=[]),
    "new_nanoseconds": lambda d: d.update(new_nanoseconds="500"),
    "solver": lambda d: d.update(solver=None),
}


@pytest.mark.parametrize("field", ODD)
def test_odd_data_is_refused_by_the_field(field: str) -> None:
    data = _data()
    ODD[field](data)
    with pytest.raises(ValueError, match="slack" if field == "limits" else field):
        certificate_from_data(data)


@pytest.mark.parametrize("field", sorted(_data()))
def test_a_missing_key_is_refused_by_name(field: str) -> None:
    data = _data()
    del data[field]
    with pytest.raises(ValueError, match=field):
        certificate_from_data(data)


def test_the_slack_stays_within_the_limit_and_belongs_to_eventually() -> None:
    odd: tuple[dict[str, Data], ...] = ({"slack": 33}, {"order": "always", "slack": 1})
    for changes in odd:
        with pytest.raises(ValueError, match="slack"):
            certificate_from_data({**_data(), **changes})


def test_data_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(ValueError, match="not a mapping"):
        certificate_from_data(["spec"])


def _mine() -> Certificate:
    return certificate(SPEC, b"new", BASE, "always", 0)


def test_nothing_is_stale_under_the_same_judge() -> None:
    assert stale(_mine(), CURRENT) == ()


@pytest.mark.parametrize("field", ["ticks", "solver", "lean_version", "lean_kind", "lean_library"])
def test_a_changed_or_absent_tool_is_named(field: str) -> None:
    assert stale(_mine(), {**CURRENT, field: "other"}) == (field,)
    assert stale(_mine(), {k: v for k, v in CURRENT.items() if k != field}) == (field,)


def test_a_changed_file_or_limit_is_named() -> None:
    trusted, limits = CURRENT["trusted"], CURRENT["limits"]
    assert isinstance(trusted, dict)
    assert isinstance(limits, dict)
    assert stale(_mine(), {**CURRENT, "trusted": {**trusted, "lean/New.lean": "0" * 64}}) == ("trusted:lean/New.lean",)
    assert stale(_mine(), {**CURRENT, "trusted": {}}) == ("trusted:lean/Semantics.lean", "trusted:verify/program.py")
    assert stale(_mine(), {**CURRENT, "limits": {**limits, "slack": 64}}) == ("limits:slack",)
    assert stale(_mine(), {}) == ("ticks", "limits", "trusted", "solver", "lean_version", "lean_kind", "lean_library")


def test_the_claim_is_about_the_proof_and_not_about_times() -> None:
    assert claim(replace(_mine(), new_nanoseconds=1, solver="z3 5")) == claim(_mine())
    for change in ({"order": "eventually"}, {"slack": 1}, {"tier": "smt"}, {"proof": "0" * 64}, {"old": None}):
        assert claim(replace(_mine(), **change)) != claim(_mine())
