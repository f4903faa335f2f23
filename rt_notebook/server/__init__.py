"""The offline Realtime server: the API's GA protocol with speech models that run here.

It is a program of its own, started as ``python -m rt_notebook.server`` and never
imported by the client: what both sides believe about the API is kept apart on purpose.
One client connection is one `connection.Connection`; the rooms it uses are

- ``session_state`` the effective configuration, ``conversation`` the items,
- ``turns`` when speech starts and ends, ``listening`` the input audio buffer,
- ``responses`` the ladder of events of one response, ``replying`` what drives it,
- ``vad``, ``stt``, ``tts`` the models, ``brains`` what the answers say.
"""
