// The stage's own look. It lives in a shadow root, so neither the embedder's styles nor ours meet.

export const STAGE_CSS = `
:host { display: block; position: relative; inline-size: 100%; block-size: 100%; min-block-size: 12rem; }
.stage { position: absolute; inset: 0; overflow: hidden; contain: strict; }
.page { position: absolute; left: 0; top: 0; transform-origin: 0 0; }
iframe { position: absolute; left: 0; top: 0; border: 0; background: #fff; visibility: hidden; color-scheme: normal; }
iframe.shown { visibility: visible; }
.stale iframe { filter: grayscale(0.7) opacity(0.6); }
.marks { position: absolute; left: 0; top: 0; transform-origin: 0 0; pointer-events: none; }
.surface { position: absolute; inset: 0; outline: none; touch-action: none; cursor: default; }
.surface.laser { cursor: crosshair; }
.surface.highlight { cursor: cell; }
.surface.control { cursor: default; }
.keys { position: absolute; width: 1px; height: 1px; padding: 0; border: 0; opacity: 0; resize: none; outline: none; font-size: 16px; pointer-events: none; }
.ring { position: absolute; inset: 0; pointer-events: none; border-radius: 2px; }
.keys:focus ~ .ring { box-shadow: inset 0 0 0 2px var(--coview-focus, #1f6feb); }
.box { position: absolute; box-sizing: border-box; border-radius: 3px; display: none; }
.hover { border: 2px dashed var(--coview-mark, #b4541a); }
.mark { border: 3px solid var(--coview-mark, #b4541a); }
.focus { border: 2px solid var(--coview-focus, #1f6feb); }
.pointer { position: absolute; left: 0; top: 0; display: none; will-change: transform; }
.pointer svg { display: block; width: 18px; height: 22px; overflow: visible; filter: drop-shadow(0 1px 1px rgb(0 0 0 / 0.4)); }
.pointer.pressed svg { transform: scale(0.85); transform-origin: 0 0; }
.pointer span { position: absolute; left: 14px; top: 18px; padding: 1px 6px; border-radius: 9px; font: 12px/16px system-ui, sans-serif;
  color: #fff; background: #24292f; white-space: nowrap; max-width: 14em; overflow: hidden; text-overflow: ellipsis; }
.touch svg { display: none; }
.touch::before { content: ""; position: absolute; left: -12px; top: -12px; width: 24px; height: 24px; border-radius: 50%; background: rgb(36 41 47 / 0.35); }
`;
