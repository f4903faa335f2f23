"""The server's log on standard error, as text or as lines of JSON; secrets are masked."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone

from ..secret import RedactingFilter

__all__ = ["JsonFormatter", "log_to_stderr"]


class JsonFormatter(logging.Formatter):
    """One JSON object a record: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        entry = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(
                "T", "milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def log_to_stderr(level: str, style: str = "text") -> None:
    """Log what is at least as grave as `level`; the server's own steps too when it is JSON."""
    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter())
    if style == "json":
        handler.setFormatter(JsonFormatter())
        logging.getLogger(__package__).setLevel(min(logging.INFO, logging.getLevelName(level)))
    logging.basicConfig(level=level, handlers=[handler])
