"""The language server: what `qed check` says of a spec file, while it is being written.

    text of the editor -> Job -> a worker process: Reading, then an Outcome for each target -> lenses, diagnostics, hovers, fixes

`facts` is what is known of one text, and carries the digest of that text. `reading` and `judging` find it out, in the processes
of `worker`, which are killed where the text changes; `lanes` holds those. `documents` keeps what is known of each open text, and
forgets it with the text. `shown` makes of it what the protocol wants, and `server` speaks that with the client.

Nothing here writes to a graph, and nothing here decides: it asks the judge, as the command line does.
"""
