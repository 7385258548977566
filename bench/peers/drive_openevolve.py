"""Runs OpenEvolve on a program against a server: drive_openevolve.py URL PROGRAM FITNESS ITERATIONS; prints the best as JSON."""

import json
import sys
from pathlib import Path

from openevolve import run_evolution
from openevolve.config import Config, LLMModelConfig


def main() -> None:
    url, program, fitness, iterations = sys.argv[1:]
    config = Config()
    config.max_iterations = int(iterations)
    config.diff_based_evolution = False  # the server answers with whole programs
    config.random_seed = 1
    config.log_level = "WARNING"
    config.llm.api_base, config.llm.api_key = url, "none"
    config.llm.models = [LLMModelConfig(name="table", api_base=url, api_key="none", timeout=300, retries=1, retry_delay=1,
                                        temperature=0.7, max_tokens=4096)]
    config.llm.evaluator_models = list(config.llm.models)
    config.evaluator.cascade_evaluation = False
    config.evaluator.timeout = 600
    result = run_evolution(program, fitness, config, iterations=int(iterations))
    sys.stdout.write("\n" + json.dumps({"best": result.best_code, "score": result.best_score}) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
