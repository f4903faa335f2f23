"""The Realtime protocol without I/O: events in, decisions out.

Nothing here reads a clock, makes an id, opens a socket or starts a thread: clock
readings, ids and played-sample counts enter as arguments. So every hard case of the
protocol is a test that takes a millisecond.
"""
