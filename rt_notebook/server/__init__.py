"""The offline Realtime server: the API's protocol with speech models that run here.

It is a program of its own, started as ``python -m rt_notebook.server`` and never
imported by the client: what both sides believe about the API is kept apart on purpose.
It speaks GA, and the beta dialect to those who ask for it. The rooms are

- ``serving`` one port for WebSockets, ``minting`` (by ``posting``) and ``/health``; ``gate``
  who may come in; ``limits`` how much of it,
- ``connection`` one client's frames, ``outbox`` the events to it, ``dialogue`` what each of
  its events does,
- ``session_state`` the effective configuration, ``conversation`` the items,
- ``hearing`` the input audio buffer, ``turns`` when speech starts and ends, ``utterance``
  whether words sound finished, ``transcribing`` what the client is told of them,
- ``responses`` the ladder of events of one response, ``replying`` what drives it, ``context``
  what a brain reads, ``mcp`` the calls of ``tool_servers`` (by ``mcp_client``),
- ``vad``, ``stt``, ``tts`` the models, ``brains`` what the answers say,
- ``faults`` what breaks on request, ``fault_table`` how,
- ``fixture`` the pytest fixture ``rt_server``.
"""
