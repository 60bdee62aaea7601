# SPDX-License-Identifier: Apache-2.0
"""How the exchange report looks: one style sheet, light or dark as the reader's system is. Up and Down differ
in lightness as well as in hue."""

STYLE = """
:root { --page: #fbfbf9; --ink: #1d2328; --soft: #667079; --line: #dfe2e4; --panel: #ffffff;
  --up: #2f7dbd; --down: #d1381f; --unknown: #c9ced2; --unanswered: #e6d9a8; --none: #8b8f94;
  --absent: transparent; }
@media (prefers-color-scheme: dark) { :root { --page: #14181b; --ink: #e6e9eb; --soft: #98a2aa;
  --line: #2c3338;
  --panel: #1b2125; --up: #3f8fd0; --down: #ff6a4d; --unknown: #434b51; --unanswered: #6d6136;
  --none: #6f767c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.5rem 4rem; background: var(--page);
  color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .6rem; }
p { margin: .3rem 0 .9rem; } .soft, figcaption { color: var(--soft); }
.facts { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.4rem 0; padding: 0; list-style: none; }
.facts li { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem;
  padding: .6rem 1rem; min-width: 8rem; }
.facts b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.facts .bad b { color: var(--down); }
figure { margin: 1rem 0; overflow-x: auto; } svg { max-width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.up { fill: var(--up); background: var(--up); } .down { fill: var(--down); background: var(--down); }
.unknown { fill: var(--unknown); background: var(--unknown); }
.unanswered { fill: var(--unanswered); background: var(--unanswered); }
.no-bfd { fill: var(--none); background: var(--none); } .silent { fill: var(--line);
  background: var(--line); }
.absent { fill: var(--absent); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; list-style: none;
  color: var(--soft); font-size: .85rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem;
  margin-right: .4rem; vertical-align: -.08rem; }
.lost path { fill: none; stroke: var(--down); stroke-width: 1.6; } .axis { stroke: var(--line); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.bar { background: var(--line); border-radius: .2rem; height: .55rem; width: 9rem; margin-top: .45rem; }
.bar i { display: block; height: 100%; border-radius: .2rem; background: var(--up); }
.scroll { max-height: 30rem; overflow: auto; } .ok { color: var(--up); } .bad { color: var(--down); }
.matrix figcaption { font-weight: 600; position: sticky; left: 0; }
@media (max-width: 44rem) { .matrix svg { max-width: none; } }
@media print { body { max-width: none; } .scroll { max-height: none; } }
"""
