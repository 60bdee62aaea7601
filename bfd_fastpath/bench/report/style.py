# SPDX-License-Identifier: Apache-2.0
"""How the report looks: light or dark as the reader's system is, as the exchange report. Kinds differ
in lightness, in dashes and by a word beside them, not by hue alone."""

_LIGHT = """--page: #fbfbf9; --ink: #1d2328; --soft: #59636b; --line: #dfe2e4; --panel: #ffffff;
  --s0: #1f6fb2; --s1: #e0983c; --s2: #6fb3a8; --s3: #a48cc4; --s4: #9ea3a8; --s5: #c9b56a; --s6: #c67f97;
  --good: #1f6fb2; --bad: #c8321a; --open: #8b8f94; --mark: #7a3fb0; --lost: #f6cfc6; --on: #12293b;
  --h0: #e3eff8; --h1: #c6dff1; --h2: #9dc6e6; --h3: #5c9dd0; --h4: #2a76b6; --on-dark: #ffffff;"""
_DARK = """--page: #14181b; --ink: #e6e9eb; --soft: #9aa4ac; --line: #2c3338; --panel: #1b2125;
  --s0: #4d9fe0; --s1: #d08f3e; --s2: #4f9f92; --s3: #9179b8; --s4: #757c82; --s5: #a8964a; --s6: #b06a86;
  --good: #4d9fe0; --bad: #ff7458; --open: #7f868c; --mark: #cda8f0; --lost: #6b2a1c; --on: #f2f5f7;
  --h0: #17293a; --h1: #1b3a55; --h2: #1f4d75; --h3: #2a6aa3; --h4: #4090d4; --on-dark: #f7fafc;"""

#: What pictures need, in a page or a file.
PICTURE = f"""
:root {{ {_LIGHT} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
svg text {{ font: 12px system-ui, sans-serif; fill: var(--soft); }}
svg .head {{ fill: var(--ink); font-weight: 600; }} svg .figure {{ fill: var(--ink); }}
svg .ours {{ font-weight: 600; }} svg .figure, svg .plain {{ font-variant-numeric: tabular-nums; }}
svg .small {{ font-size: 11px; }}
svg .cell {{ fill: var(--on); }} svg .on-dark {{ fill: var(--on-dark); }}
svg text.met {{ fill: var(--good); font-weight: 700; }}
svg text.missed {{ fill: var(--bad); font-weight: 700; }}
svg .back {{ fill: var(--page); }} svg .grid {{ stroke: var(--line); }}
svg .whisker {{ stroke: var(--ink); stroke-width: 1.2; opacity: .75; }}
svg .wire {{ fill: none; stroke: var(--soft); stroke-dasharray: 2 3; }} svg .ceiling {{ stroke: var(--ink);
  stroke-width: 2; }} svg .limit {{ stroke: var(--ink); stroke-dasharray: 5 3; }}
svg .goal {{ fill: var(--page); stroke: var(--ink); stroke-width: 1.8; }}
svg .ring {{ fill: var(--page); stroke: var(--soft); stroke-width: 1.5; }}
svg .prediction {{ fill: var(--page); stroke: var(--mark); stroke-width: 2; }}
svg .lost {{ fill: var(--lost); }} svg .untried {{ fill: none; stroke: var(--line); }}
svg rect.met, svg path.met {{ fill: var(--good); }} svg rect.missed, svg path.missed {{ fill: var(--bad); }}
svg rect.open, svg path.open {{ fill: var(--open); }}
{" ".join(f"svg .h{n} {{ fill: var(--h{n}); }}" for n in range(5))}
{" ".join(f"svg .s{n} {{ fill: var(--s{n}); }}" for n in range(7))}
{" ".join(f"svg .c{n}, svg .k{n} {{ stroke: var(--s{n}); }}" for n in range(7))}
svg .plainly {{ stroke: var(--ink); }}
svg .curve {{ fill: none; stroke-width: 2; }} svg .rival {{ stroke-dasharray: 6 4; stroke-width: 1.5; }}
svg .c1 {{ stroke-dasharray: 7 3; }} svg .c2 {{ stroke-dasharray: 2 3; }}
  svg .c3 {{ stroke-dasharray: 9 3 2 3; }}
svg .c4 {{ stroke-dasharray: 4 4; }} svg .c5 {{ stroke-dasharray: 12 4; }}
  svg .c6 {{ stroke-dasharray: 1 4; }}
"""

PAGE = (
    PICTURE
    + """
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem 4rem; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.8rem; margin: 0 0 .2rem; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; margin: 3.2rem 0 .2rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h2 code { font-size: .8rem; font-weight: 400; color: var(--soft); margin-left: .4rem; }
h3 { font-size: 1.02rem; margin: 2rem 0 .2rem; }
p { margin: .3rem 0 .9rem; } .soft, figcaption { color: var(--soft); } figcaption { font-size: .9rem; }
a { color: var(--s0); }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: 1rem 0 0; }
.lede { font-size: 1.05rem; margin: 1rem 0 .4rem; }
.share { display: flex; gap: 3px; margin: 1.2rem 0 .3rem; height: 1.1rem; }
.share i { border-radius: 3px; min-width: .4rem; }
i.met { background: var(--good); } i.missed { background: var(--bad); } i.open { background: var(--open); }
.facts { display: flex; flex-wrap: wrap; gap: .3rem 2.2rem; margin: .6rem 0 1rem; padding: 0;
  list-style: none; }
.facts b { font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; margin-right: .35rem; }
figure { margin: .8rem 0 1.6rem; } figure > div { overflow-x: auto; }
figure svg { width: 100%; min-width: 34rem; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; font-weight: 600; color: var(--soft); vertical-align: bottom; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; } .met { color: var(--good); } .missed { color: var(--bad); font-weight: 600; }
.open { color: var(--soft); } td.met, td.missed, td.open { white-space: nowrap; }
.goals td { padding-top: .3rem; padding-bottom: .3rem; } .goals small { display: block; color: var(--soft); }
.goals tr.group th { color: var(--ink); padding-top: 1rem; font-size: 1rem; }
.goals svg { width: 11rem; height: 1.1rem; display: block; margin-top: .15rem; }
.goals .limit { stroke-width: 1.5; stroke-dasharray: none; }
th.scale { font-weight: 400; }
th.scale span { display: grid; width: 11rem; grid-template-columns: repeat(3, 1fr); text-align: center; }
th.scale i:first-child { text-align: left; } th.scale i:last-child { text-align: right; }
.figures td:first-child { min-width: 13rem; } .figures td { min-width: 3.6rem; }
.notice { border-left: 4px solid var(--bad); background: var(--panel); padding: .6rem 1rem; margin: 1rem 0; }
details { margin: .4rem 0; } summary { cursor: pointer; color: var(--soft); }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
@media (max-width: 46rem) { body { padding: 1.2rem 1rem 3rem; }
  .goals svg, th.scale span { width: 7rem; } }
@media print { html { font-size: 11px; } body { max-width: none; padding: 0; font-size: 1rem; }
  nav { display: none; } summary { list-style: none; } figure svg { min-width: 0; max-height: 20cm; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .figures { font-size: .75rem; } .figures td, .figures th { padding-right: .4rem; }
  .figures td:first-child { min-width: 9rem; } .figures td { min-width: 0; }
  figure, tr, .notice { break-inside: avoid; } h2, h3, tr.group { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
)
