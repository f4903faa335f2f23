"""What happened: every event both ways, and the audio, kept once."""
