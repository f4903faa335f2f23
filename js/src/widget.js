/** The anywidget module: the engine lives with the model, a view with its element. */

import { Engine } from "./engine.js";
import { View } from "./view.js";

/** By panel id: a host may hand `initialize` and `render` different objects for one model. */
/** @type {Map<string, Engine>} */
const engines = new Map();

export default {
  /** @param {import("@anywidget/types").InitializeProps} props */
  initialize({ model }) {
    const id = String(model.get("panel_id"));
    const engine = new Engine(model);
    engines.set(id, engine);
    return () => {
      engine.close();
      if (engines.get(id) === engine) engines.delete(id);
    };
  },

  /** @param {import("@anywidget/types").RenderProps} props */
  render({ model, el: host }) {
    const id = String(model.get("panel_id"));
    const engine = engines.get(id);
    if (!engine) return undefined;
    const view = new View(engine, id);
    host.append(view.root);
    return () => view.close();
  },
};
