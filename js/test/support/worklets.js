// Lets node import modules that import "worklet:NAME"; the text is the bundler's business.

import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith("worklet:")) return next(specifier, context);
    return { url: "data:text/javascript,export default '';", shortCircuit: true };
  },
});
