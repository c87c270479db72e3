import { createHash } from 'node:crypto';
import { Html } from './html.js';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --paper: #fff; --ground: #f1f4f8; --line: #d5dce5; --accent: #1f5fbf; --on-accent: #fff; --bad: #a4231c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf4; --soft: #a3afbf; --paper: #1b222c; --ground: #10151c; --line: #36404e; --accent: #7db0ff; --on-accent: #0b1422; --bad: #ff9d94; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; gap: 1.5rem; padding: clamp(1rem, 4vw, 3rem); color: var(--ink); background: var(--ground); font: 1rem/1.5 system-ui, sans-serif; }
header, main, footer { width: 100%; max-width: 40rem; margin-inline: auto; }
header, nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
header strong { margin-right: auto; }
main { display: grid; gap: 1.5rem; }
section { padding: clamp(1rem, 4vw, 2rem); background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .5rem; font-size: clamp(1.25rem, 4vw, 1.6rem); line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; }
p { margin: 0 0 .75rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
form { display: grid; gap: .9rem; }
.field { display: grid; gap: .25rem; font-weight: 600; }
.tick { display: flex; gap: .5rem; align-items: center; }
input:not([type=checkbox]) { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--soft); border-radius: .4rem; }
section > :last-child { margin-bottom: 0; }
button { justify-self: start; padding: .6rem 1.2rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .4rem; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.problem { color: var(--bad); font-weight: 600; }
.soft, footer { color: var(--soft); font-size: .9rem; }
`;

/** The one style sheet. It stands in each page, so that a page looks right also while nothing else can be loaded. */
export const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** Lets browsers use {@link STYLE_ELEMENT} under a Content-Security-Policy that forbids all other inline styles. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
