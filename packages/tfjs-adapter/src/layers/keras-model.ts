import { io } from "@tensorflow/tfjs-core";
import { AdapterError } from "../adapter-error.ts";
import { isRecord } from "../is-record.ts";

/** Layers whose inputs are these, as Keras names their call arguments. */
const callInputs = ["value", "key", "attention_mask"] as const;
const classNames = ["MultiHeadAttention", "GroupedQueryAttention"];

type Entry = [layer: string, node: number, output: number, kwargs?: Record<string, unknown>];

/** Lets `tf.loadLayersModel(kerasModel("model.json"))` read a model of Keras 2 whose attention layers are called with tensors beside the first,
 *  `layer(query, value=…, key=…, attention_mask=…)`: TensorFlow.js does not read those, so here they become inputs.
 *  @param source what `tf.loadLayersModel` takes
 *  @throws {AdapterError} on loading: for an address that nothing can read, and an attention_mask that is not a tensor of the model */
export function kerasModel(source: string | io.IOHandler): io.IOHandler {
  return {
    load: async () => {
      const handler = typeof source === "string" ? handlerFor(source) : source;
      if (typeof handler?.load !== "function") {
        throw new AdapterError(
          "kerasModel: expected an address or a handler that can load, as tf.loadLayersModel takes.",
        );
      }
      const artifacts = await handler.load();
      const { modelTopology } = artifacts;
      return isRecord(modelTopology) ? { ...artifacts, modelTopology: rewrite(modelTopology) as object } : artifacts;
    },
  };
}

const handlerFor = (address: string): io.IOHandler =>
  (io.getLoadHandlers(address) as io.IOHandler[])[0] ?? io.browserHTTPRequest(address);

/** A copy of a model's description, models inside it too. */
function rewrite(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rewrite);
  if (!isRecord(node)) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, rewrite(value)]));
  const { class_name: className, inbound_nodes: nodes } = copy;
  if (!classNames.includes(className as string) || !Array.isArray(nodes)) return copy;
  const name = isRecord(copy["config"]) ? String(copy["config"]["name"]) : String(className);
  return { ...copy, inbound_nodes: nodes.map((inputs) => (Array.isArray(inputs) ? withInputs(name, inputs) : inputs)) };
}

/** One use of a layer: its inputs, with those that its first one has as call arguments. */
function withInputs(layer: string, inputs: Entry[]): Entry[] {
  const [[, , , kwargs = {}]] = inputs;
  const { value, key, attention_mask: mask, ...rest } = kwargs;
  const isGiven = [value, key, mask].map((given) => given !== undefined && given !== null);
  if (!isGiven.includes(true)) return inputs;
  // [query, value, key, attentionMask]: those before a given one must be there too
  const [query] = inputs;
  const all = [query, value ?? inputs[1] ?? query, key ?? inputs[2] ?? value ?? inputs[1] ?? query, mask];
  const count = isGiven[2] ? 4 : isGiven[1] || inputs.length > 2 ? 3 : 2;
  return all.slice(0, count).map((entry, index): Entry => {
    if (!Array.isArray(entry) || typeof entry[0] !== "string") {
      throw new AdapterError(
        `kerasModel: expected ${["query", ...callInputs][index]} of ${layer} to be a tensor of the model, got ${JSON.stringify(entry).slice(0, 80)}.`,
      );
    }
    return [entry[0], Number(entry[1]), Number(entry[2]), rest];
  });
}
