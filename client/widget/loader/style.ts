/** What the host page sees of us, in a constructed style sheet: a strict policy of the page does not forbid it.
 *  The backslashes keep the ends of its lines out of the text, where each would be paid for. */

export const STYLE = `:host{all:initial!important;position:fixed!important;z-index:2147483000!important}\
*{box-sizing:border-box}\
.root{font:15px/1.45 system-ui,sans-serif;--bg:#fff;--fg:#1a1d21;--line:#8884}\
.dark{--bg:#17191d;--fg:#f2f3f5}\
button{font:inherit;border:0;padding:0;cursor:pointer}\
button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}\
.root>*{position:fixed;inset-block:auto 94px;\
inset-inline:auto 20px;background:var(--bg);color:var(--fg);border-radius:20px;\
box-shadow:0 0 0 1px var(--line),0 9px 40px #0004}\
.launcher,.wait button{background:var(--accent);color:var(--on)}\
.start>*{inset-inline:20px auto!important}\
.launcher{z-index:1;inset-block:auto 20px;inline-size:60px;block-size:60px;border-radius:50%;\
display:grid;place-items:center}\
i{grid-area:1/1;inline-size:28px;block-size:26px;padding-inline:3.5px;border-radius:13px;border-end-start-radius:3px;\
background:radial-gradient(circle,var(--accent) 2px,#0000 2.5px) 0/7px content-box,currentColor;transition:.2s}\
i+i{background:currentColor;border-radius:0;clip-path:polygon(7px 9px,14px 16px,21px 9px,23px 11px,14px 20px,5px 11px)}\
i+i,.open i{opacity:0;scale:.5}\
.open i+i{opacity:1;scale:1}\
.badge{position:absolute;inset-block:-4px auto;inset-inline:auto -4px;min-inline-size:24px;border-radius:12px;\
background:#c4123a;color:#fff;font-size:13px;line-height:24px}\
[hidden]{display:none!important}\
.bubble{max-inline-size:min(300px,100vw - 40px);display:flex;align-items:start}\
.bubble button{background:none;color:inherit;text-align:start;border-radius:20px;padding:13px 16px;\
overflow-wrap:anywhere}\
.bubble button+button{font-size:22px;padding:9px 16px}\
.panel{inline-size:min(408px,100vw - 40px);block-size:min(704px,100dvh - 118px);overflow:hidden;visibility:hidden;\
opacity:0;translate:0 14px;transition:.2s}\
.open .panel{visibility:visible;opacity:1;translate:0;transition-property:opacity,translate}\
iframe,.wait{position:absolute;inset:0;inline-size:100%;block-size:100%;border:0}\
.wait{display:grid;place-content:center;z-index:1;background:var(--bg)}\
.wait:empty:before{content:"";padding:12px;border-radius:50%;border:3px solid var(--line);\
border-block-start-color:var(--accent);animation:turn 1s linear infinite}\
.wait button{padding:12px 20px;border-radius:12px}\
@keyframes turn{to{rotate:1turn}}\
@media(width<=480px),(height<=480px){.open>.panel{inset:var(--top,0) 0 auto!important;inline-size:100%;\
block-size:var(--height,100dvh);border-radius:0}.open:has(.wait[hidden])>.launcher{visibility:hidden}}\
@media(prefers-reduced-motion){*,:before{transition:none!important;animation:none!important}}\
@media(forced-colors:active){.root>*{border:2px solid}i{forced-color-adjust:none}}\
@media print{.root{display:none}}`;
