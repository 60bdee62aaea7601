# SPDX-License-Identifier: Apache-2.0
"""How the report looks: light or dark as the reader's system is, as the exchange report. Kinds differ
in lightness, in dashes and by a word beside them, not by hue alone."""

_LIGHT = """--page: #fbfbf9; --ink: #1d2328; --soft: #5b656d; --line: #dfe2e4; --panel: #ffffff;
  --s0: #1f6fb2; --s1: #e08a1e; --s2: #4a9d8e; --s3: #8a6bb1; --s4: #8b8f94; --s5: #b8a04a; --s6: #b55d7a;
  --good: #1f6fb2; --bad: #c8321a; --open: #8b8f94; --held: #cfe3f3; --lost: #f6cfc6; --on: #12293b;"""
_DARK = """--page: #14181b; --ink: #e6e9eb; --soft: #98a2aa; --line: #2c3338; --panel: #1b2125;
  --s0: #4d9fe0; --s1: #f0a548; --s2: #5fbfae; --s3: #ab8fd4; --s4: #7f868c; --s5: #d0ba66; --s6: #d680a0;
  --good: #4d9fe0; --bad: #ff7458; --open: #7f868c; --held: #1d4566; --lost: #6b2a1c; --on: #f2f5f7;"""

#: What pictures need, in a page or a file.
PICTURE = f"""
:root {{ {_LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
svg text {{ font: 12px system-ui, sans-serif; fill: var(--soft); }}
svg .head {{ fill: var(--ink); font-weight: 600; }} svg .figure {{ fill: var(--ink); paint-order: stroke;
  stroke: var(--page); stroke-width: 3px; }}
svg .small {{ font-size: 11px; }} svg .on {{ fill: var(--on); font-size: 11px; }}
  svg .cell {{ fill: var(--on); }}
svg .back {{ fill: var(--page); }} svg .grid {{ stroke: var(--line); }}
svg .whisker {{ stroke: var(--ink); stroke-width: 1.4; }}
svg .wire {{ fill: none; stroke: var(--soft); stroke-dasharray: 3 3; }} svg .ceiling {{ stroke: var(--ink);
  stroke-width: 2; }}
svg .goal {{ fill: var(--page); stroke: var(--ink); stroke-width: 1.6; }}
svg .prediction {{ fill: none; stroke: var(--s3); stroke-width: 1.8; }}
svg .held {{ fill: var(--held); }} svg .lost {{ fill: var(--lost); }}
svg .untried {{ fill: none; stroke: var(--line); }}
{" ".join(f"svg .s{n} {{ fill: var(--s{n}); }} svg .c{n} {{ stroke: var(--s{n}); }}" for n in range(7))}
svg .curve {{ fill: none; stroke-width: 2; }}
svg .c1 {{ stroke-dasharray: 7 3; }} svg .c2 {{ stroke-dasharray: 2 3; }}
  svg .c3 {{ stroke-dasharray: 9 3 2 3; }}
svg .c4 {{ stroke-dasharray: 4 4; }} svg .c5 {{ stroke-dasharray: 12 4; }}
  svg .c6 {{ stroke-dasharray: 1 4; }}
"""

PAGE = (
    PICTURE
    + """
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.5rem 4rem; background: var(--page);
  color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 2.8rem 0 .4rem; } h3 { font-size: 1rem; margin: 1.6rem 0 .2rem; }
p { margin: .3rem 0 .9rem; } .soft, figcaption { color: var(--soft); } a { color: var(--s0); }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .8rem 0 0; }
.facts { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.4rem 0; padding: 0; list-style: none; }
.facts li { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem;
  padding: .6rem 1rem;
  min-width: 8rem; }
.facts b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0 1.6rem; } figure > div { overflow-x: auto; }
svg { max-width: 100%; min-width: 34rem; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; } .met { color: var(--good); } .missed { color: var(--bad); font-weight: 600; }
.open { color: var(--soft); } td.met, td.missed, td.open { white-space: nowrap; }
.notice { border-left: 4px solid var(--bad); background: var(--panel); padding: .6rem 1rem; margin: 1rem 0; }
details { margin: .4rem 0; } summary { cursor: pointer; color: var(--soft); }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
@media (max-width: 40rem) { body { padding: 1.2rem 1rem 3rem; } .facts li { min-width: 0; flex: 1 1 7rem; } }
@media print { body { max-width: none; } details > * { display: block; } }
"""
)
