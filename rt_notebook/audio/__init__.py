"""Sound as bytes and as numbers: PCM16, G.711, resampling, WAV files, levels."""
