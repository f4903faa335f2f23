"""The client: a Realtime session in this process, sync and async from one object."""
