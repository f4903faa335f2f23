"""The notebook side: magics, the panel and its paths to the page."""
