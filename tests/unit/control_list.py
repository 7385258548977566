"""The controls beside those on a proof's text: on sources, solvers, the graph and the process; tests show what each is for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """One control: what it asks, where it stands, and for one that no case is about, what it stops and which test shows it."""

    name: str
    asks: str
    code: str
    """file and the name in it"""
    attacks: tuple[str, ...] = ()
    shown: str = ""
    """file and test"""


OFF = "tests/test_switched_off.py:test_without_the_control_another_thing_comes_of_it"
"""the test that takes a control away and carries out an attack that it stops"""
UNIT, PROPERTY = "tests/unit", "tests/property"
OF_SOURCES = (
    Control("ascii", "a file is printable ASCII, spaces and newlines", "verify/source.py:_text", (), OFF),
    Control("text", "what is parsed is text, so that no encoding in it has a say", "verify/source.py:to_source", (),
            f"{UNIT}/test_source.py:test_an_encoding_cookie_has_no_say"),
    Control("nodes", "every kind of node of the syntax tree is listed", "verify/source.py:ALLOWED", (), OFF),
    Control("reserved", "names of the language are not bound again", "verify/source.py:_fault", (), OFF),
    Control("size", "size, nesting and literals have limits, before and after parsing", "verify/source.py:_levels", (), OFF),
    Control("decorators", "a candidate has no decorators: the contract stays with the spec", "verify/spec.py:to_candidate", (),
            f"{UNIT}/test_spec.py:test_candidates_of_another_form"),
    Control("typed", "every name and every expression has one meaning and one type in the language",
            "verify/expressions.py:Expressions", (), f"{UNIT}/test_program.py:test_what_does_not_type_check"),
    Control("ownership", "a list that is changed has one name", "verify/ownership.py:check_ownership", (), OFF),
    Control("contract", "a contract reads as a condition, and calls pure functions only", "verify/functions.py:to_condition", (),
            f"{UNIT}/test_spec.py:test_a_contract_calls_no_function_of_the_file"),
    Control("strength", "a contract that stands for the result refutes trivial programs and mutants of the baseline",
            "verify/gates/strength.py:strength", (),
            f"{UNIT}/test_strength.py:test_the_gate_stands_before_the_kernel_for_these_targets_alone"),
    Control("strengthening", "a spec in place of an accepted one asks for no less", "verify/judge.py:decide_strengthening", (),
            f"{UNIT}/test_strengthening.py:test_a_proof_is_accepted_and_a_wrong_one_is_not"),
    Control("components", "nothing calls a version of the target that it is to replace", "verify/components.py:linked", (),
            f"{UNIT}/test_components.py:test_a_version_that_calls_its_own_target_is_refused"),
    Control("measure", "what calls itself, or a loop, has a measure that falls, and invariants that hold",
            "verify/reasons.py:NoMeasure", ("Z03",
                                            "Z12"), "tests/test_attack_proofs.py:test_a_note_that_does_not_hold_is_no_premise"),
)  # fmt: skip
OF_RUNS = (
    Control("same_result", "the result is that of the baseline, however little the contract says",
            "verify/gates/examples.py:examples", (), OFF),
    Control("witness", "some inputs meet the precondition, and enough of them were run", "verify/reasons.py:TooFewExamples", (),
            OFF),
    Control("fuel", "a reference run ends within its fuel", "verify/run_guards.py:OutOfFuel", (),
            f"{UNIT}/test_divergences.py:test_what_is_too_large_is_given_up"),
    Control("ticks", "what is called and what runs over a sequence is counted", "verify/gates/examples.py:judge_costs", (), OFF),
    Control("constants", "constants of both versions are among the inputs", "verify/gates/inputs.py:mined", (), OFF),
    Control("child_limits", "CPython's child has the builtins of the language, no files, limits, and is killed",
            "verify/python_run.py:CHILD", (), f"{UNIT}/test_python_run.py:test_no_file_can_be_opened_even_past_the_builtins"),
    Control("child_nonce", "each line of the child repeats the nonce", "verify/python_run.py:_read_line", (), OFF),
    Control("exact_values", "a value has exactly the type that is due", "verify/python_run.py:untagged", (),
            f"{UNIT}/test_python_run.py:test_a_result_outside_the_language_is_no_value"),
    Control("long_ints", "long ints are written in hexadecimal, which Python does not limit", "verify/reasons.py:literal", (),
            OFF),
    Control("isolated", "children start isolated, in an empty folder and an empty environment",
            "verify/gates/worker.py:worker_output", (), OFF),
)  # fmt: skip
OF_SOLVERS = (
    Control("readings", "each reading of the language agrees with the others on random programs", "verify/smt_expr.py:_Reader",
            (),
            f"{PROPERTY}/test_fuzz.py:test_a_broken_reading_is_noticed"),
    Control("bit_reading", "so does the one of the tier smt, in which each int is wide enough", "verify/bit_expr.py:Reader", (),
            f"{PROPERTY}/test_bit_reading.py:test_a_broken_reading_is_noticed"),
    Control("z3", "Z3 looks for an input on which the versions differ", "verify/gates/smt.py:smt", (), OFF),
    Control("bounded", "the tier smt writes no program down whose turns no constant bounds", "verify/bit_run.py:_Fuel", (),
            f"{UNIT}/test_solvers.py:test_too_deep_a_recursion_is_declined"),
    Control("renaming", "no name from a file reaches a solver", "verify/smt_terms.py:variables", (),
            f"{UNIT}/test_solvers.py:test_no_name_from_a_file_reaches_a_solver"),
)  # fmt: skip
OF_THE_GRAPH = (
    Control("digests", "a node is named by the SHA-256 of all that is in it", "verify/node.py:_check_files", (),
            f"{UNIT}/test_node.py:test_one_changed_byte_of_a_file_is_named"),
    Control("canonical", "a record is the one text of its value", "verify/canonical.py:from_json", (),
            f"{UNIT}/test_node.py:test_a_record_in_any_other_form_is_refused"),
    Control("certificate", "a certificate binds the bytes beside it, and the nodes that they rest on",
            "verify/misfits.py:_unbound", (), OFF),
    Control("judged_again", "what is due is judged again from its bytes, whatever was recorded", "verify/judge.py:rejudge", (),
            OFF),
    Control("stale", "what was judged under other tools or limits is due", "verify/certificate.py:stale", (), OFF),
    Control("closure", "what a node rests on is there, and every target has a head", "verify/misfits.py:misfits", (),
            f"{UNIT}/test_graph.py:test_a_deleted_node_that_others_rest_on_is_missed"),
    Control("one_head", "the versions of a target form one line", "verify/graph.py:_conflict", (),
            f"{UNIT}/test_graph.py:test_two_heads_are_refused_by_both_names"),
    Control("plain_files", "files of nodes are regular, not executable and short", "verify/node_folder.py:_read", (),
            f"{UNIT}/test_node.py:test_a_link_is_refused_even_to_the_right_bytes"),
    Control("node_names", "nothing but nodes lies in the folder", "verify/graph.py:_folders", (),
            f"{UNIT}/test_graph.py:test_anything_else_in_the_folder_is_refused_by_name"),
    Control("tracked", "what git tracks are plain files of nodes, with the bytes in the folder", "verify/base.py:_listing", (),
            f"{UNIT}/test_base.py:test_what_git_tracks_must_be_plain_files_of_nodes"),
    Control("append_only", "against a base, nothing is gone and no head goes back", "verify/base.py:rewritten", (), OFF),
    Control("git_environment", "git is asked with no settings, filters, replacements or variables of others",
            "verify/base.py:git", (), f"{UNIT}/test_base.py:test_the_environment_does_not_choose_the_repository"),
    Control("ref", "the base is a commit", "verify/base.py:commit_of", (),
            f"{UNIT}/test_base.py:test_a_ref_that_is_no_commit_is_told"),
    Control("count", "as many nodes were proved again as were due, and not none", "verify/reasons.py:NotAllReproved", (),
            f"{UNIT}/test_ci.py:test_all_of_nothing_fails"),
    Control("positive", "only an acceptance of just this claim is one", "verify/ci.py:_same", (), OFF),
    Control("door", "a node enters by an acceptance of itself, written and read back", "verify/graph.py:admit", (),
            f"{UNIT}/test_graph.py:test_an_accept_of_something_else_does_not_admit"),
    Control("governed", "what policy.toml does not allow stays out: the file of the base, and the one that is there now",
            "verify/governance.py:forbidden", ("G07",),
            f"{UNIT}/test_governance.py:test_a_change_cannot_loosen_the_policy_for_itself"),
    Control("chain", "the journal beside the graph is as it was written, row by row", "verify/chain.py:followed", (),
            f"{UNIT}/test_journal_in_ci.py:test_ci_names_the_first_row_that_is_not_as_it_was_written"),
    Control("word", "what a person approves is proved anew, from its bytes, before it enters", "loop/commands/review.py:approve",
            ("G11",), f"{UNIT}/test_review.py:test_no_word_admits_what_is_not_proved"),
    Control("snapshots", "memory that a process starts from has its digest; `ci --all` makes its own",
            "verify/snapshot.py:snapshot",
            ("G09",), f"{UNIT}/test_snapshot.py:test_a_changed_snapshot_starts_nothing"),
    Control("pinned_package", "Lean is the pinned package, before it is read", "verify/portable.py:install_portable", ("G08",),
            f"{UNIT}/test_toolchain.py:test_another_package_is_refused_before_it_is_read"),
    Control("no_environment", "Lean's process has no environment", "verify/pipe.py:open_pipe", ("G08",),
            "tests/test_attack_proofs.py:test_the_environment_has_no_say_in_lean"),
)  # fmt: skip
OF_THE_PROCESS = (
    Control("authority", "what a model says of its program counts for nothing: the gates judge it", "verify/judge.py:screen", (),
            f"{UNIT}/test_graph.py:test_only_an_accept_admits"),
    Control("quoting", "foreign text goes to a model as data, without what is written for people", "loop/prompt.py:quote", (),
            OFF),
    Control("answers", "an answer is read strictly, and is a program and lemmas only", "loop/prompt.py:to_answer", (),
            f"{UNIT}/test_prompt.py:test_other_answers_are_malformed"),
    Control("redaction", "an answer with the key in it is none, and no message holds it", "loop/proposers/endpoint.py:redact",
            (), OFF),
    Control("one_process", "the key is taken out of the environment", "loop/proposers/endpoint.py:from_environment", (),
            f"{UNIT}/test_openai_proposer.py:test_taking_the_key_leaves_none_to_children"),
    Control("plain", "what steers a terminal, a log or a page is written out", "verify/ci_formats.py:plain", (), OFF),
    Control("addresses", "the key goes to https or to this machine, as two parsers read the address",
            "loop/proposers/endpoint.py:check_url", (), OFF),
    Control("no_redirects", "redirects are not followed", "loop/proposers/endpoint.py:Request", (),
            f"{UNIT}/test_openai_proposer.py:test_a_redirect_is_not_followed"),
    Control("reply_limits", "bytes and time of a reply are limited, and compressed ones are not read",
            "loop/proposers/endpoint.py:Limit", (),
            f"{UNIT}/test_openai_proposer.py:test_a_bad_answer_yields_nothing_and_is_told"),
    Control("budgets", "requests, tokens and money are limited, and what a request can cost at most counts before it is sent",
            "loop/proposers/openai.py:_afford", (), OFF),
)  # fmt: skip
FURTHER = (*OF_SOURCES, *OF_RUNS, *OF_SOLVERS, *OF_THE_GRAPH, *OF_THE_PROCESS)
