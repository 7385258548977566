"""Every field of a certificate is read as what it is, kept as it was, and counts where two judgements are compared."""

from dataclasses import replace

import pytest
from small_graph import CURRENT, certificate, chain, smt

from verify.canonical import Data, digest, digest_bytes, encode, from_json, to_json
from verify.certificate import (
    KEYS,
    OF_LEAN,
    Certificate,
    SecondLean,
    certificate_from_data,
    certificate_to_data,
    claim,
    implementation_digest,
    limit_pairs,
    not_rechecked,
    spec_digest,
    stale,
    trusted_pairs,
)

SPEC, BASE, *_ = chain("f", 1)
ONE = certificate(SPEC, b"new", BASE, "eventually", 3)
SECOND = SecondLean("4.34.1", "native", "e" * 64, ("Quot.sound", "propext"))
WHOLE = replace(ONE, second=SECOND, old_cost="9 * n", old_nanoseconds=0, slack=0)
DIGESTS = ("spec", "implementation", "old", "statement", "proof", "ticks", "lean_library")
TEXTS = ("solver", "lean_version", "lean_kind", "old_cost", "new_cost", "recheck")
NATIVE: dict[str, Data] = {"version": "4", "kind": "native", "library": "e" * 64}
NUMBERS = ("slack", "old_nanoseconds", "new_nanoseconds")


def refused(**changed: Data) -> str:
    """Return why a record with other fields is refused, "" where it is read."""
    try:
        read = certificate_from_data({**certificate_to_data(WHOLE), **changed})
    except ValueError as error:
        return str(error)
    assert certificate_to_data(read) == {**certificate_to_data(WHOLE), **changed}
    return ""


def test_the_keys_are_all_fields_but_two() -> None:
    assert {"second", "worst"} | KEYS == set(Certificate.__dataclass_fields__)
    assert certificate_to_data(WHOLE).keys() == KEYS | {"second"}
    assert certificate_to_data(ONE).keys() == KEYS
    assert certificate_from_data(certificate_to_data(WHOLE)) == WHOLE


@pytest.mark.parametrize("field", DIGESTS)
def test_digests_are_digests(field: str) -> None:
    assert refused(**{field: "0" * 64}) == ""
    for odd in ("0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n", "", 0, True, b"0" * 64, ["0" * 64], {}):
        assert field in refused(**{field: odd})  # type: ignore[arg-type]  # also what is no data of ours


@pytest.mark.parametrize("field", TEXTS)
def test_texts_are_one_printable_line(field: str) -> None:
    assert refused(**{field: "another"}) == ""
    for odd in ("a\n", "\x1b[2J", "\u202e", 1, False, b"a", ["a"]):
        assert field in refused(**{field: odd})  # type: ignore[arg-type]


@pytest.mark.parametrize("field", NUMBERS)
def test_numbers_are_whole_and_not_negative(field: str) -> None:
    for fine in (0, 1, 32):
        assert refused(**{field: fine}) == ""
    for odd in (-1, True, False, "1", 1.0, [1]):
        assert field in refused(**{field: odd})  # type: ignore[arg-type,dict-item]


@pytest.mark.parametrize("field", sorted(KEYS))
def test_what_may_be_missing_is_none_and_nothing_else(field: str) -> None:
    assert (refused(**{field: None}) == "") is (field in {"old_nanoseconds", "new_nanoseconds", "old_cost", "new_cost"})


def test_mappings_have_printable_names_and_values_of_their_kind() -> None:
    assert refused(limits={"slack": 3, "a": 0}, trusted={}) == ""
    for odd in ([], "", None, {"slack": "3"}, {"slack": True}, {"sla\nck": 3}, {"slack": -1}):
        assert refused(limits=odd)  # type: ignore[arg-type]
    for odd in ([], None, {"f": 0}, {"f": "0"}, {"f\x1b": "0" * 64}):
        assert refused(trusted=odd)  # type: ignore[arg-type]
    unsorted = {"b": "0" * 64, "a": "1" * 64}
    assert certificate_from_data({**certificate_to_data(ONE), "trusted": unsorted}).trusted == (("a", "1" * 64), ("b", "0" * 64))


def test_orders_and_tiers_are_the_known_ones() -> None:
    assert refused(order="always") == ""
    for odd in ("", "Always", "worst-case", "best", 0):
        assert refused(order=odd)
    for odd in ("", "tested", "Kernel", None, 0):
        assert "tier" in refused(tier=odd)
    assert "old" in refused(old=None)
    assert "old" in refused(order=None)
    assert refused(old=None, order=None) == ""


def test_the_slack_lies_within_the_limits_of_the_judgement() -> None:
    assert refused(slack=32) == ""
    assert "at most 32" in refused(slack=33)
    assert "at most 0" in refused(slack=1, order="always")
    assert "at most 0" in refused(slack=1, limits={"other": 9})
    assert refused(slack=9, limits={"slack": 9}) == ""
    assert "at most 0" in refused(slack=1, old=None, order=None)


def test_worst_goes_with_its_order_alone() -> None:
    worst: Data = {"bound": "3 * size", "least": 1, "family": [["n", "size"]], "size": "n"}
    assert refused(order="worst-case", worst=worst) == ""
    assert "worst" in refused(order="always", worst=worst)
    assert "worst" in refused(order="worst-case")
    assert refused(order="worst-case", worst=None)


def test_the_tier_smt_has_nothing_of_lean_and_the_other_all_of_it() -> None:
    solved = certificate_to_data(smt(replace(ONE, order="always", slack=0)))
    assert certificate_from_data(solved).tier == "smt"
    for field in OF_LEAN:
        with pytest.raises(ValueError, match=field):
            certificate_from_data({**solved, field: "0" * 64})
        assert field in refused(**{field: None})
    with pytest.raises(ValueError, match="second"):
        certificate_from_data({**solved, "second": certificate_to_data(WHOLE)["second"]})


@pytest.mark.parametrize(
    "odd",
    [None, {}, [], "second", NATIVE, {**NATIVE, "axioms": [], "more": 1}, {**NATIVE, "version": 4, "axioms": []},
     {**NATIVE, "library": "e", "axioms": []},
     *({**NATIVE, "axioms": axioms} for axioms in (["b", "a"], ["a", "a"], "a", None, [1], {}))],
)  # fmt: skip
def test_a_second_is_read_strictly(odd: Data) -> None:
    assert refused(second=odd)
    assert refused(second={**NATIVE, "axioms": ["a", "b"]}) == ""


# -- comparing two judgements ---------------------------------------------------------------------------------------------------


def test_the_claim_holds_every_part_of_what_was_proved_and_nothing_of_the_judge() -> None:
    for changed in ({"spec": "0"}, {"implementation": "0"}, {"old": "0"}, {"proof": "0"}, {"tier": "smt"}, {"order": "always"},
                    {"slack": 1}, {"worst": 1}):  # fmt: skip
        assert claim(replace(ONE, **changed)) != claim(ONE), changed  # type: ignore[arg-type]
    assert claim(replace(WHOLE, slack=3, ticks="0", limits=(), trusted=(), statement="0", new_cost=None)) == claim(ONE)


def test_a_lean_that_is_not_there_any_more_is_named() -> None:
    assert not_rechecked(WHOLE, ONE) == ("Lean 4.34.1 (native)",)
    assert not_rechecked(ONE, WHOLE) == not_rechecked(WHOLE, WHOLE) == ()
    assert not_rechecked(WHOLE, smt(ONE)) == ("Lean 4.34.1 (native)", "Lean 4.28.0 (portable)")
    assert not_rechecked(replace(ONE, lean_version="4.28.0, commit 1"), smt(ONE)) == ("Lean 4.28.0 (portable)",)
    assert not_rechecked(smt(ONE), ONE) == ()


def test_what_is_stale_is_named_in_order() -> None:
    assert stale(ONE, CURRENT) == stale(smt(ONE), CURRENT) == ()
    limits = CURRENT["limits"]
    assert isinstance(limits, dict)
    names = sorted(limits)
    assert stale(ONE, {**CURRENT, "limits": {}}) == tuple(f"limits:{name}" for name in names)
    fewer = {k: v for k, v in limits.items() if k != names[0]}
    assert stale(ONE, {**CURRENT, "limits": fewer}) == (f"limits:{names[0]}",)
    assert stale(replace(ONE, limits=limit_pairs(fewer)), CURRENT) == (f"limits:{names[0]}",)  # type: ignore[arg-type]  # all are ints
    assert stale(smt(ONE), {**CURRENT, "solvers": "z3 0"}) == ("solver",)
    assert stale(smt(ONE), {**CURRENT, "solver": "z3 0", "lean_version": "0", "lean_kind": "0", "lean_library": "0"}) == ()
    assert stale(ONE, {**CURRENT, "solvers": "z3 0"}) == ()


# -- names ----------------------------------------------------------------------------------------------------------------------


def test_names_of_things_are_told_apart_by_domain_and_part() -> None:
    names = {spec_digest(b"a", "f"), spec_digest(b"a", "g"), spec_digest(b"b", "f"), implementation_digest(b"a", "f"),
             implementation_digest(b"a", "g"), implementation_digest(b"b", "f"), digest_bytes(b"a")}  # fmt: skip
    assert len(names) == 7
    assert spec_digest(b"a", "f") == digest("spec", {"source": b"a", "function": "f"})
    assert implementation_digest(b"a", "f") == digest("implementation", {"source": b"a", "function": "f"})
    assert trusted_pairs({"b": b"2", "a": b"1"}) == (("a", digest_bytes(b"1")), ("b", digest_bytes(b"2")))


def test_values_have_one_encoding_each() -> None:
    due = {b"n0:": None, b"b1:1": True, b"b1:0": False, b"i1:1": 1, b"i2:-1": -1, b"s2:\xc3\xa9": "é", b"y1:a": b"a", b"l0:": [],
           b"l7:i1:1s0:": (1, ""), b"d0:": {}, b"d16:s1:ai1:1s1:bi1:2": {"b": 2, "a": 1}}  # fmt: skip
    for encoded, value in due.items():
        assert encode(value) == encoded
    for odd in (1.0, {1: 2}, {"a": 1.5}, [object()], {"a", "b"}, {1: 1, "a": 2}):
        with pytest.raises(TypeError):
            encode(odd)
    assert digest("a", "b") == digest_bytes(encode(["qedloop", "a", "b"]))


def test_json_is_read_in_its_one_form() -> None:
    text = to_json({"b": [1, None, True], "a": "é"})
    assert text == b'{\n  "a": "\\u00e9",\n  "b": [\n    1,\n    null,\n    true\n  ]\n}\n'
    assert from_json(text) == {"b": [1, None, True], "a": "é"}
    with pytest.raises(TypeError):
        to_json({"a": 1.0})
    for odd in (b"1.0\n", b"1e3\n", b"NaN\n", b"Infinity\n", b"-Infinity\n"):
        with pytest.raises(ValueError, match="float"):
            from_json(odd)
    with pytest.raises(ValueError, match="twice"):
        from_json(b'{\n  "a": 1,\n  "a": 1\n}\n')
    for odd in (b"1", b"1\n\n", b" 1\n", b"{}", b'{"a": 1}\n', b'{\n  "b": 1,\n  "a": 1\n}\n', b'"\xc3\xa9"\n', b"", b"[1,]\n"):
        with pytest.raises(ValueError):  # noqa: PT011 - each in words of its own, of json's too
            from_json(odd)
    with pytest.raises(ValueError, match="deep"):
        from_json(b"[" * 200_000 + b"]" * 200_000)
