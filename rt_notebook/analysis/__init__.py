"""Answers from a record: where the wait was. Pure functions over a `Log`."""
