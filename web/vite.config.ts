/// <reference types="node" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { PARTS, pageFiles } from "./pageFiles.ts";

/** Where a server listens while the UI is developed; `headwater up` by default. */
const server = process.env.HEADWATER_URL ?? "http://127.0.0.1:5000";
const surfaces = ["/api", "/ingest", "/v1", "/jaeger", "/metrics", "/openapi.json", "/docs"];

const PAGES_THAT_SHARE = 5;

export default defineConfig(({ command }) => ({
  // Built pages learn their base from the server; while they are developed it is fixed.
  base: command === "serve" ? "/ui/" : "./",
  plugins: [react(), pageFiles()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "../headwater/ui",
    emptyOutDir: true,
    target: "es2023",
    sourcemap: false,
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // A browser asks for few files sooner than for many: what every page needs is one, what
          // many pages need another. Large libraries stay with the pages that show them.
          groups: [
            { name: "start", tags: ["$initial"], priority: 2 },
            { name: PARTS, minShareCount: PAGES_THAT_SHARE, priority: 1 },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(surfaces.map((path) => [path, server])),
  },
  test: { environment: "node", include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
}));
