"""Tests in a real JupyterLab, in a real Chromium, with a microphone that hears speech."""
