"""A story of more than a minute, so that there is something to interrupt."""

from __future__ import annotations

__all__ = ["STORY"]

STORY = """\
Once upon a time there was a lighthouse on a small island, far out in a cold grey sea. \
The keeper was an old woman called Marta, and she had lived there for forty years. \
Every evening she climbed the narrow stairs, lit the great lamp, and watched the ships go by. \
One night in November a storm came up that was worse than any she had seen. \
The wind tore at the windows, and the waves washed over the rocks. \
Just before midnight the lamp went out. \
Marta tried to light it again, once, twice, and a third time, but the wick was wet and would \
not burn. \
Then she heard a horn, far away in the dark, and she knew that a ship was coming. \
She ran down the stairs and gathered everything that could burn. \
She took the chairs, the old table, and the letters that she had kept in a wooden box. \
She carried them up, step by step, and made a fire on the gallery behind the glass. \
The flames rose high, and their light fell far across the water. \
The ship saw it, turned away from the rocks, and passed the island safely. \
In the morning the sea was quiet again, and the sun came out from behind the clouds. \
A week later a boat landed, and a young sailor stepped ashore with a new table on his back. \
He had made it himself, he said, from a plank of the ship that she had saved. \
They sat at it all afternoon, drank tea, and told each other stories. \
And when the evening came, they climbed the stairs together and lit the lamp."""
