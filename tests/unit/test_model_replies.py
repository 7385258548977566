"""Replies of servers of all sorts: calls in pieces, counts under several names, and fields that are not what they should be."""

import json

import pytest

from loop.models.features import Features, hint_of
from loop.models.reply import CALLS, Call, Heard, LimitHit, Sent, Usage
from loop.models.tools import TOOLS, calls_of


def event(finish: str | None = None, **delta: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def call(index: object, name: str = "", arguments: str = "", id_: object = None) -> dict[str, object]:
    function = {"name": name, "arguments": arguments} if name or arguments else {}
    return {"index": index, "id": id_, "function": function}


def heard(*events: object) -> Heard:
    found = Heard()
    for e in events:
        found.event(e)
    return found


CALLED = {
    "in pieces": ([event(tool_calls=[call(0, "check", "", "a")]), event(tool_calls=[call(0, "", '{"x"')]),
                   event(tool_calls=[call(0, "", ": 1}")])], [Call("a", "check", '{"x": 1}')]),
    "two at once": ([event(tool_calls=[call(0, "f", "{}", "a"), call(1, "g", "{}", "b")])], [Call("a", "f", "{}"),
                                                                                          Call("b", "g", "{}")]),
    "whole, all at index 0": ([event(tool_calls=[call(0, "f", "{}", "a")]), event(tool_calls=[call(0, "g", "{}", "b")])],
                              [Call("a", "f", "{}"), Call("b", "g", "{}")]),
    "without an index": ([event(tool_calls=[{"function": {"name": "f", "arguments": "{}"}}])], [Call("", "f", "{}")]),
    "without a function": ([event(tool_calls=[{"index": 0, "id": "a", "function": 7}, "x", None])], [Call("a", "", "")]),
    "in one message": ([{"choices": [{"message": {"content": None, "tool_calls": [call(0, "f", "{}", "a")]}}]}],
                       [Call("a", "f", "{}")]),
    "no list": ([event(tool_calls={"index": 0})], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLED)
def test_calls(case: str) -> None:
    events, due = CALLED[case]
    assert list(heard(*events).text().calls) == due


COUNTS = {
    "usual": ([{"usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}}], Usage(5, 7)),
    "reasoning beyond the parts": ([{"usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 40}}], Usage(5, 35)),
    "a total alone": ([{"usage": {"total_tokens": 9}}], Usage(0, 9)),
    "the last one": ([{"usage": {"total_tokens": 9}}, {"usage": {"prompt_tokens": 4, "completion_tokens": 9}}], Usage(4, 9)),
    "in the choice": ([{"choices": [{"delta": {}, "usage": {"prompt_tokens": 1, "completion_tokens": 2}}]}], Usage(1, 2)),
    "of another name": ([{"x_groq": {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}}], Usage(1, 2)),
    "null": ([{"usage": None}], None),
    "nothing": ([{"usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}], None),
    "no numbers": ([{"usage": {"prompt_tokens": "5", "completion_tokens": True, "total_tokens": 1.5}}], None),
    "negative": ([{"usage": {"prompt_tokens": -5, "completion_tokens": -7, "total_tokens": -12}}], None),
}


@pytest.mark.parametrize("case", COUNTS)
def test_counts(case: str) -> None:
    events, due = COUNTS[case]
    assert heard(*events).usage == due


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "reasoning_text", "thinking"])
def test_reasoning_is_counted_and_not_kept(name: str) -> None:
    found = heard(event(**{name: "let me see"}), event("stop", content="yes"))
    assert (found.text().content, found.finish, found.characters) == ("yes", "stop", 13)
    assert "let me see" in list(found.texts())


def test_content_in_parts() -> None:
    parts = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "yes"}, "x"]
    assert heard(event(content=parts)).text().content == "yes"


@pytest.mark.parametrize("odd", [[], None, "x", 7])
def test_what_is_no_object_is_no_event(odd: object) -> None:
    with pytest.raises(TypeError):
        heard(odd)


@pytest.mark.parametrize("odd", [{}, {"choices": 7}, {"choices": []}, {"choices": ["x"]}, {"choices": [{"delta": 7}]},
                                 {"choices": [{"delta": {"content": 7, "tool_calls": 7, "reasoning": 7}}]}])  # fmt: skip
def test_fields_of_other_types_say_nothing(odd: object) -> None:
    text = heard(odd).text()
    assert (text.content, text.calls, text.usage) == ("", (), None)


def test_everything_that_is_said_counts_towards_the_limit() -> None:
    for said in ({"content": "x" * 9}, {"reasoning": "x" * 9}, {"tool_calls": [call(0, "x" * 9)]},
                 {"tool_calls": [call(0, "f", "x" * 9)]}):  # fmt: skip
        with pytest.raises(LimitHit):
            Heard(limit=8).event(event(**said))
    many = [call(i, "f", "{}", str(i)) for i in range(CALLS + 1)]
    with pytest.raises(LimitHit):
        heard(event(tool_calls=many))


WRITTEN = {
    "an object": '{"tool": "check", "arguments": {"program": "p"}}',
    "tagged": 'Let me try.\n<tool_call>\n{"name": "check", "arguments": {"program": "p"}}\n</tool_call>',
    "fenced": 'Let me try.\n```json\n{"tool": "check", "arguments": {"program": "p"}}\n```\n',
    "after thinking": '<think>{"tool": "x", "arguments": {}}</think>{"tool": "check", "arguments": {"program": "p"}}',
}


@pytest.mark.parametrize("case", WRITTEN)
def test_calls_in_the_text(case: str) -> None:
    text = heard(event(content=WRITTEN[case])).text()
    (found,) = calls_of(text)
    assert (found.name, json.loads(found.arguments)) == ("check", {"program": "p"})


NO_CALLS = ["", "no", '{"program": "p"}', "{", "[" * 9_000, '{"tool": 1, "arguments": {}}', '{"tool": "check"}']


@pytest.mark.parametrize("text", NO_CALLS)
def test_answers_are_no_calls(text: str) -> None:
    assert calls_of(heard(event(content=text)).text()) == ()


def test_a_server_is_asked_for_less_until_nothing_is_left() -> None:
    features, seen = Features(), list[Features]()
    while (less := features.less("", tools=True)) is not None:
        seen.append(less)
        features = less
    assert [f.format for f in seen[:2]] == ["object", "none"]
    assert features == Features("none", "text", "max_completion_tokens", sampling=False, usage=False)
    assert len(set(seen)) == len(seen) == 5


def test_what_a_complaint_names_goes_first() -> None:
    assert hint_of("temperature", "") == "sampling"
    assert hint_of(None, {"message": "registry/model does not support tools"}) == "tools"
    assert hint_of(None, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.") == "limit"
    assert hint_of(None, None) == hint_of("messages", "no") == ""
    less = Features().less("limit", tools=True)
    assert less == Features(limit="max_completion_tokens")
    assert less.less("limit", tools=True) == Features("object", limit="max_completion_tokens")


def test_a_body_holds_what_a_server_takes() -> None:
    def body(features: Features, tools: object = TOOLS) -> dict[str, object]:
        return features.body("m", [{"role": "user", "content": "x"}], tools, temperature=0.5, seed=3, tokens=9)  # type: ignore[arg-type]

    full = body(Features())
    assert full["max_tokens"] == 9
    assert full["response_format"]["type"] == "json_schema"  # type: ignore[index]
    assert len(full["tools"]) == 4  # type: ignore[arg-type]
    # calls that are written into the text leave no room for the form of an answer
    assert not {"tools", "response_format"} & set(body(Features(tools="text")))
    assert "response_format" in body(Features(tools="text"), ())
    bare = body(Features("none", "none", "max_completion_tokens", sampling=False, usage=False))
    assert bare == {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True, "max_completion_tokens": 9}


def test_events_are_read_again_as_they_were() -> None:
    events = (event(content="a"), event(content="b"), event("stop"))
    assert Sent(events).reply() == heard(*events).text()
