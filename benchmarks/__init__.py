"""Speed and memory against named peers, side by side; no claim of speed stands without a row here.

    uv run --group bench python -m benchmarks [NAME ...] [--json] [--repeat N]

A benchmark is a function that is registered by name and gives one or more rows. In a row, `ours` and `peer` are medians
of several measurements taken in turn in the same run; `ratio` says how many times better ours is. Where no peer is
installed, `peer` is the project's own target (the note says `target`), or a recorded measurement (`recorded`).
"""
