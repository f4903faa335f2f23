// Builds ../rt_notebook/notebook/static/panel.js and panel.css, or the same into the
// folder named as the first argument. A worklet runs in a scope of its own, so each is
// bundled first and put into the panel as text ("worklet:NAME").
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, "../rt_notebook/notebook/static");

/** @type {import("esbuild").BuildOptions} */
const COMMON = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

/**
 * The bundled worklet as a module; a template literal, so that its lines can be read.
 * @param {string} name
 */
async function workletModule(name) {
  const result = await build({
    ...COMMON,
    entryPoints: [`src/${name}.worklet.js`],
    write: false,
  });
  const text = result.outputFiles[0].text.replace(/[\\`]|\$\{/g, "\\$&");
  return `export default \`${text}\`;`;
}

/** @type {import("esbuild").Plugin} */
const worklets = {
  name: "worklets",
  setup(panel) {
    panel.onResolve({ filter: /^worklet:/ }, ({ path }) => ({
      path: path.slice("worklet:".length),
      namespace: "worklet",
    }));
    panel.onLoad({ filter: /.*/, namespace: "worklet" }, async ({ path }) => ({
      contents: await workletModule(path),
    }));
  },
};

await build({
  ...COMMON,
  entryPoints: { panel: "src/widget.js" },
  outdir: target,
  plugins: [worklets],
});
await build({
  ...COMMON,
  entryPoints: { panel: "src/styles.css" },
  outdir: target,
});
