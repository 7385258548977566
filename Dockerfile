# QED Loop with its Lean inside: docker build -t qed . && docker run --rm -v "$PWD:/work" -u "$(id -u):$(id -g)" qed run
# docs/packaging.md says which of the sandbox's fences hold in a container, and what it takes to have all of them.

FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY verify verify
COPY loop loop
COPY lean lean
COPY accepted accepted
COPY docs/language.md docs/ticks.md docs/
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
# bubblewrap is the strongest fence where the container may make namespaces; git is what `qed ci --base` reads a base with
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl && rm -rf /wheels
ENV QED_CACHE=/opt/qedloop PYTHONUNBUFFERED=1
RUN useradd --create-home --uid 1000 qed && install --directory --owner=qed --group=qed /opt/qedloop /work
USER qed
# whether a sandbox holds is a matter of where this runs, not of where it is built
RUN QED_NO_SANDBOX=1 qed doctor --install --quiet
# Lean starts from a snapshot of its memory, which is taken for damaged where its time of writing is another one: an image that was
# pulled has whole seconds only. With -u it is read by somebody else, who may have to make it anew.
RUN cd /opt/qedloop/lean-*/snapshots \
    && for f in *.memory; do \
         touch -d "@$(stat -c %Y "$f")" "$f" \
         && sed -i -E 's/("written": [0-9]+)[0-9]{9}/\1000000000/' "${f%.memory}.json" || exit 1; \
       done \
    && chmod 0777 . && chmod 0666 lock && chmod 0444 ./*.memory ./*.json
WORKDIR /work
ENTRYPOINT ["qed"]
CMD ["--help"]
