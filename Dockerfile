# QED Loop with its Lean inside: docker build -t qed . && docker run --rm -v "$PWD:/work" -u "$(id -u):$(id -g)" qed run
# docs/packaging.md says which of the sandbox's fences hold in a container, and what it takes to have all of them.

FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY verify verify
COPY loop loop
COPY lean lean
COPY accepted accepted
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
# bubblewrap is the strongest fence where the container may make namespaces; git is what `qed ci --base` reads a base with
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl && rm -rf /wheels
# the judge compares the digest of Lean's files with the pinned one, so whoever runs this may read them and nobody may write them
ENV QED_CACHE=/opt/qedloop PYTHONUNBUFFERED=1
RUN useradd --create-home --uid 1000 qed && install --directory --owner=qed --mode=0755 /opt/qedloop /work
USER qed
# whether a sandbox holds is a matter of where this runs, not of where it is built
RUN QED_NO_SANDBOX=1 qed doctor --install --quiet
WORKDIR /work
ENTRYPOINT ["qed"]
CMD ["--help"]
