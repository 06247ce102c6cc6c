import { defineConfig } from "vite";

// One folder, several pages: the phone now, the admin UI as a second entry later. The program that serves a page
// takes its index.html and everything under assets/.
export default defineConfig({
  base: "/",
  appType: "mpa",
  build: {
    outDir: process.env.CLAW_WEB_OUT ?? "dist",
    emptyOutDir: true,
    target: "es2021",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { phone: "phone/index.html" },
    },
  },
  server: {
    // `npm run dev` shows a running simulator's data.
    proxy: { "/_sim": process.env.SIM_URL ?? "http://127.0.0.1:9500" },
  },
});
