"""The parts of the platform's own pages: plain HTML without a script, readable by all, in light and in dark."""

import base64
import hashlib
from collections.abc import Iterable
from html import escape

from fastapi.responses import HTMLResponse

STYLE = """
:root{color-scheme:light dark;--desk:#EFEEEA;--surface:#FFF;--line:#E2E0D9;--line2:#CFCCC3;--edge:#8C887E;
--text:#1D1C19;--text2:#57544D;--text3:#6A665E;--accent:#17614F;--soft:#E1EEE8;--on:#FFF;--high:#A8231C;
--highsoft:#FAEAE7}
@media (prefers-color-scheme:dark){:root{--desk:#131412;--surface:#242523;--line:#2C2D2A;--line2:#42443F;
--edge:#7C7F77;--text:#DEDCD6;--text2:#B3B0A8;--text3:#98958D;--accent:#7FCBB1;--soft:#1F352D;--on:#0B1E17;
--high:#F4A199;--highsoft:#3A2522}}
@media (prefers-contrast:more){:root{--line:var(--text);--line2:var(--text);--edge:var(--text);--text2:var(--text);
--text3:var(--text)}}
*{box-sizing:border-box}
body{margin:0;background:var(--desk);color:var(--text);font:400 1rem/1.5 "Segoe UI Variable Text","Segoe UI",
-apple-system,"Adwaita Sans",Inter,Cantarell,"Noto Sans",sans-serif}
main{max-width:27rem;margin:0 auto;padding:3rem 1rem}
.brand{display:flex;align-items:center;gap:.6rem;margin:0 0 1rem;font-weight:600;color:var(--text2)}
.brand svg{width:1.4rem;height:1.4rem;color:var(--accent)}
.card{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:1.75rem 1.5rem}
.card>:last-child{margin-bottom:0}
h1{font-size:1.35rem;line-height:1.3;font-weight:600;margin:0 0 .75rem}
p{margin:0 0 1rem;color:var(--text2)}
p strong,li strong{color:var(--text)}
a{color:var(--accent)}
label{display:block;font-weight:600;margin:1rem 0 .25rem}
.hint{color:var(--text3);font-size:.875rem;margin:0 0 .35rem}
input{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:var(--text);background:var(--surface);
border:1px solid var(--edge);border-radius:6px}
input[readonly]{background:var(--desk);border-color:var(--line2)}
input[aria-invalid=true]{border:2px solid var(--high)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.wrong{color:var(--high);font-weight:600;margin:0 0 .35rem}
.problem{background:var(--highsoft);border:2px solid var(--high);border-radius:8px;padding:.75rem 1rem;
margin:0 0 1rem;color:var(--text)}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
button{flex:1 1 8rem;min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;border-radius:6px;
border:1px solid var(--accent);background:var(--accent);color:var(--on);cursor:pointer}
button.quiet{background:var(--surface);color:var(--text);border-color:var(--line2)}
.code{font:600 1.5rem/1.4 ui-monospace,"Cascadia Mono",Menlo,"DejaVu Sans Mono",monospace;letter-spacing:.08em;
color:var(--text)}
.code-field{font-family:ui-monospace,"Cascadia Mono",Menlo,"DejaVu Sans Mono",monospace;letter-spacing:.08em;
text-transform:uppercase}
.after{margin:1.25rem 0 0;font-size:.9375rem}
.address{overflow-wrap:anywhere;color:var(--text)}
@media (max-width:30rem){main{padding:1rem .75rem}.card{padding:1.25rem 1rem}}
@media (forced-colors:active){.card,.problem,input,button{border-color:CanvasText}}
"""
_MARK = (
    '<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" '
    'stroke-linejoin="round" aria-hidden="true"><path d="M5 2.5h7l3.5 3.5v11.5H5z"/><path d="M12 2.5V6h3.5"/>'
    '<path d="M8 13.5c1.2-2.6 2-2.6 2.4 0 .3 1.4 1.3.9 2.1-.6"/></svg>'
)


class Html(str):
    """Markup. Every other text is escaped where it is put into a page."""

    __slots__ = ()


def _safe(part: str) -> str:
    return part if isinstance(part, Html) else escape(part, quote=True)


def element(tag: str, /, *content: str, **attributes: str | bool | None) -> Html:
    """An element. ``class_`` makes class, dashes are underscores; True makes a bare attribute, None and False none."""
    words = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value, quote=True)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{tag}{words}>{''.join(_safe(one) for one in content)}</{tag}>")


def hidden(name: str, value: str) -> Html:
    """A field that nobody sees."""
    return Html(f'<input type="hidden" name="{escape(name, quote=True)}" value="{escape(value, quote=True)}">')


def field(
    name: str,
    label: str,
    *,
    kind: str = "text",
    value: str = "",
    autocomplete: str = "off",
    hint: str | None = None,
    problem: str | None = None,
    read_only: bool = False,
    focus: bool = False,
    class_: str | None = None,
    most: int = 254,
) -> Html:
    """A field with its label, and the sentence that says what is wrong with it."""
    about = [f"{name}-hint"] if hint else []
    about += [f"{name}-problem"] if problem else []
    parts = [element("label", label, for_=name)]
    if hint:
        parts.append(element("p", hint, class_="hint", id=f"{name}-hint"))
    if problem:
        parts.append(element("p", problem, class_="wrong", id=f"{name}-problem"))
    opened = element(
        "input",
        id=name,
        name=name,
        type=kind,
        value=value or None,
        autocomplete=autocomplete,
        autocapitalize="none" if kind in ("email", "password") else None,
        spellcheck="false",
        maxlength=str(most),
        required=True,
        readonly=read_only,
        autofocus=focus,
        class_=class_,
        aria_invalid="true" if problem else None,
        aria_describedby=" ".join(about) or None,
    )
    parts.append(Html(opened.removesuffix("</input>")))
    return Html("".join(parts))


def button(words: str, *, decision: str | None = None, quiet: bool = False) -> Html:
    """A button that sends the form; a quiet one does so whatever the fields hold."""
    return element(
        "button",
        words,
        type="submit",
        name="decision" if decision else None,
        value=decision,
        class_="quiet" if quiet else None,
        formnovalidate=quiet,
    )


def form(action: str, parts: Iterable[str], buttons: Iterable[str]) -> Html:
    """A form; what is wrong is said by the platform, so that it is said in one way."""
    return element(
        "form",
        *parts,
        element("div", *buttons, class_="actions"),
        action=action,
        method="post",
        novalidate=True,
    )


def paragraph(*content: str, **attributes: str | bool | None) -> Html:
    """A paragraph."""
    return element("p", *content, **attributes)


def strong(words: str) -> Html:
    """Words that matter."""
    return element("strong", words)


def link(words: str, address: str) -> Html:
    """A link."""
    return element("a", words, href=address)


def style_hash() -> str:
    """The hash by which the policy knows the one style (CSP 3, 6.7.2.3)."""
    return base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def page(
    title: str,
    *content: str,
    status: int = 200,
    problem: str | None = None,
    answers_to: str | None = None,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """A page. ``problem`` is announced first; ``answers_to`` is the origin that a form may lead on to."""
    said = element("div", problem, class_="problem", role="alert") if problem else Html("")
    head = f"Problem: {title}" if problem else title
    whole = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(head)} – Pactoria</title><style>{STYLE}</style></head><body><main>"
        f'<p class="brand">{_MARK}<span>Pactoria</span></p><div class="card"><h1>{escape(title)}</h1>{said}'
        f"{''.join(_safe(one) for one in content)}</div></main></body></html>"
    )
    # Browsers hold the addresses that a sent form is led on to against form-action, and know no IPv6 there.
    leads_to = "" if answers_to is None else (" http:" if "[" in answers_to else f" {answers_to}")
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_hash()}'; form-action 'self'{leads_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(
        whole,
        status_code=status,
        headers={
            **(headers or {}),
            "Content-Security-Policy": policy,
            "X-Frame-Options": "DENY",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        },
    )
