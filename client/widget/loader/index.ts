/** `widget.js`. Apart from `boot`, so that tests load the one without the other. */

import { boot } from "./boot";

void boot(document.currentScript as HTMLScriptElement | null ?? document.querySelector("script[data-key]"));
