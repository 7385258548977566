"""Runs GEPA on one program against a server: drive_gepa.py URL PROGRAM FITNESS ITERATIONS; prints the best as JSON."""

import json
import sys
import urllib.request
from pathlib import Path

from fitness import measured
from gepa.optimize_anything import EngineConfig, GEPAConfig, ReflectionConfig, optimize_anything


def main() -> None:
    url, program, _, iterations = sys.argv[1:]

    def ask(prompt: object) -> str:
        messages = prompt if isinstance(prompt, list) else [{"role": "user", "content": str(prompt)}]
        body = json.dumps({"model": "table", "messages": messages}).encode()
        request = urllib.request.Request(f"{url}/chat/completions", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=300) as reply:
            return json.load(reply)["choices"][0]["message"]["content"]

    def score(candidate: str) -> tuple[float, dict[str, object]]:
        found, passed = measured(candidate)
        return found, {"tests passed": passed}

    config = GEPAConfig(
        engine=EngineConfig(
            seed=1, max_candidate_proposals=int(iterations), max_metric_calls=10 * int(iterations), parallel=False,
        ),
        reflection=ReflectionConfig(reflection_lm=ask),
    )
    objective = "Make popcount faster; it must pass all tests."
    result = optimize_anything(Path(program).read_text(), evaluator=score, objective=objective, config=config)
    best = result.best_candidate
    text = best if isinstance(best, str) else next(iter(best.values()))
    sys.stdout.write("\n" + json.dumps({"best": text, "score": result.val_aggregate_scores[result.best_idx]}) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
