import { defineConfig } from "vite";

// One folder, several pages, and each program takes its own: CLAW_PAGE names the one that is built or shown, so that no
// file of one is in the program of another. The program takes its index.html and everything under assets/.
const page = process.env.CLAW_PAGE ?? "admin";
const simulator = process.env.SIM_URL ?? "http://127.0.0.1:9500";
const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/",
  appType: "mpa",
  build: {
    outDir: process.env.CLAW_WEB_OUT ?? `dist/${page}`,
    emptyOutDir: true,
    target: "es2021",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: { input: { [page]: `${page}/index.html` } },
  },
  // `npm run dev` shows the data of a running simulator or gateway.
  server: { proxy: { "/_sim": simulator, "/api": gateway } },
  plugins: [
    {
      // As the gateway does: whatever is no file is an address inside the page.
      name: "addresses-of-the-page",
      configureServer: ({ middlewares }) => {
        middlewares.use((request, _response, next) => {
          const path = (request.url ?? "").split("?")[0] ?? "";
          if (!/^\/(@|src|node_modules|api|_sim|phone)|\.\w+$/.test(path)) request.url = `/${page}/index.html`;
          next();
        });
      },
    },
  ],
});
