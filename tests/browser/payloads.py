"""What an attacker would like a page to run: each would call ``__rtHit()`` if it were markup.

`FLAG` is true in a page in which one of them ran.
"""

from __future__ import annotations

__all__ = ["ARM", "FLAG", "PAYLOADS"]

#: Run in a page before its own scripts: whatever calls `__rtHit`, or opens a dialog, is noted.
ARM = """
window.__rtHits = [];
window.__rtHit = (what = "called") => { window.__rtHits.push(String(what)); };
for (const name of ["alert", "confirm", "prompt"]) window[name] = window.__rtHit;
"""

FLAG = "window.__rtHits.length > 0"

_CALL = "window.__rtHit()"

PAYLOADS = (
    f"<script>{_CALL}</script>",
    f"</script><script>{_CALL}</script>",
    f"<SCRIPT>{_CALL}</SCRIPT>",
    f"<scr<script>ipt>{_CALL}</scr</script>ipt>",
    f'<script src="data:text/javascript,{_CALL}"></script>',
    f"<script type=module>{_CALL}</script>",
    f"<img src=x onerror={_CALL}>",
    f"<img src=x onerror='{_CALL}'>",
    f'<img src=x onerror="{_CALL}">',
    f"<IMG SRC=x ONERROR={_CALL}>",
    f"<img/src=x/onerror={_CALL}>",
    f"<img src=x:x onerror\n=\n{_CALL}>",
    f'"><img src=x onerror={_CALL}>',
    f"'><img src=x onerror={_CALL}>",
    f"--><img src=x onerror={_CALL}>",
    f"]]><img src=x onerror={_CALL}>",
    f"</div></div><img src=x onerror={_CALL}>",
    f"</textarea><img src=x onerror={_CALL}>",
    f"</style><img src=x onerror={_CALL}>",
    f"</title><img src=x onerror={_CALL}>",
    f"<svg onload={_CALL}>",
    f"<svg/onload={_CALL}>",
    f"<svg><script>{_CALL}</script></svg>",
    f"<svg><animate onbegin={_CALL} attributeName=x dur=1s>",
    f'<svg><a xlink:href="javascript:{_CALL}"><text y=20>press</text></a></svg>',
    f"<math><mtext></p><img src=x onerror={_CALL}></math>",
    f"<body onload={_CALL}>",
    f'<iframe src="javascript:parent.{_CALL}"></iframe>',
    f'<iframe srcdoc="<script>parent.{_CALL}</script>"></iframe>',
    f'<object data="javascript:{_CALL}"></object>',
    f'<embed src="javascript:{_CALL}">',
    f"<video><source onerror={_CALL}></video>",
    f"<audio src=x onerror={_CALL}></audio>",
    f"<details open ontoggle={_CALL}>",
    f"<input autofocus onfocus={_CALL}>",
    f"<style>@keyframes x{{}}</style><b style=animation-name:x onanimationstart={_CALL}></b>",
    f'<a href="javascript:{_CALL}">press</a>',
    f"[press](javascript:{_CALL})",
    f'![x](x"onerror="{_CALL})',
    f'<form action="javascript:{_CALL}"><button>press</button></form>',
    f'<meta http-equiv=refresh content="0;url=javascript:{_CALL}">',
    f"<template><script>{_CALL}</script></template>",
    f"&lt;img src=x onerror={_CALL}&gt;",
    f"&#60;img src=x onerror={_CALL}&#62;",
    f"\\u003cimg src=x onerror={_CALL}\\u003e",
    f"${{{_CALL}}}",
    f"{{{{constructor.constructor('{_CALL}')()}}}}",
    f"$${_CALL}$$ \\(\\href{{javascript:{_CALL}}}{{press}}\\)",
    f"\u202e<img src=x onerror={_CALL}>\u202c",
    f"\u200b<\u200bimg src=x onerror={_CALL}>",
    f"\x1b[31m<img src=x onerror={_CALL}>\x1b[0m",
)
