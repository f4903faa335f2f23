"""The fault matrix F1–F35: each fault injected, and what the session makes of it."""
