/** Two builds into one folder: the loader (one classic script) and the app (modules; its chunks are named after what is in them). */

import { resolve } from "node:path";
import type { BuildEnvironmentOptions } from "vite";
import { defineConfig } from "vitest/config";
import { budgets, plainImports } from "./build/plugins.ts";

const here = import.meta.dirname;
const dist = resolve(here, "dist");

const loader: BuildEnvironmentOptions = {
  outDir: dist,
  emptyOutDir: true,
  rolldownOptions: {
    input: resolve(here, "loader/index.ts"),
    output: { format: "iife", entryFileNames: "widget.js" },
  },
};

const app: BuildEnvironmentOptions = {
  outDir: dist,
  emptyOutDir: false,
  // The frame's policy has no connect-src for its own origin, and CSS is one file: there is nothing to preload.
  modulePreload: false,
  cssCodeSplit: false,
  rolldownOptions: {
    input: { app: resolve(here, "app/main.tsx") },
    output: {
      entryFileNames: "app/app.js",  // the frame's document names it, and its style
      // A language's chunk is named after it: the table of sizes knows them by that.
      chunkFileNames: ({ facadeModuleId }) =>
        facadeModuleId?.includes("/locales/") ? "app/locale-[name]-[hash].js" : "app/[name]-[hash].js",
      assetFileNames: "app/app[extname]",
    },
  },
};

export default defineConfig(({ mode }) => ({
  root: here,
  base: "/",
  publicDir: false,
  logLevel: "warn",
  json: { namedExports: false },
  build: { ...(mode === "loader" ? loader : app), copyPublicDir: false, reportCompressedSize: false },
  plugins: mode === "app" ? [plainImports(), budgets(dist)] : [],
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    environment: "happy-dom",
    environmentOptions: { happyDOM: { settings: { disableIframePageLoading: true } } },
  },
}));
