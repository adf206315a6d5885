import { checkOptions, type OptionNames } from "../check-options.ts";
import type { DecoderWeights } from "../decoder.ts";
import type { AttentionSettings } from "../layer-options.ts";
import { TransformerError } from "../transformer-error.ts";
import type { RowSessionOptions } from "./row-session.ts";

const optionNames: OptionNames<RowSessionOptions> = { capacity: true, window: true };

/** What a session keeps: room for tokens, of them the first `sinks` and the last `recent` when it is a window. */
export interface RowRoom {
  readonly room: number;
  readonly recent: number;
  readonly sinks: number;
}

/** @throws {TransformerError} for weights and settings that rows cannot run */
export function checkRowSession(
  weights: DecoderWeights,
  attention: readonly AttentionSettings[],
  options: RowSessionOptions,
): RowRoom {
  checkOptions("RowSession", options, optionNames);
  if ("capacity" in options === "window" in options) {
    throw new TransformerError("RowSession: expected either a capacity or a window. A window sizes itself.");
  }
  for (const [index, layer] of weights.layers.entries()) {
    const { normalizer = "softmax", probability, sinks, tables, positionTransform } = attention[index];
    const beyond: Readonly<Record<string, unknown>> = {
      "cross-attention": layer.crossAttention,
      "query normalization": layer.attention.queryNormalization,
      "key normalization": layer.attention.keyNormalization,
      [`the normalizer ${normalizer}`]: normalizer !== "softmax",
      "a probability program": probability,
      "learned sinks": sinks,
      "tables from outside": tables,
      "positions that are not rotary": positionTransform && !positionTransform.tables,
    };
    const name = Object.keys(beyond).find((key) => beyond[key]);
    if (name) throw new TransformerError(`RowSession: layer ${index} has ${name}. Use createDecoder.`);
  }
  const rows = Math.min(
    ...attention.map(({ positionTransform }) => positionTransform?.tables?.cos.shape[0] ?? Infinity),
  );
  if ("capacity" in options) {
    count("capacity", options.capacity, 1, rows);
    return { room: options.capacity, recent: Infinity, sinks: 0 };
  }
  const { recent, sinks = 0 } = options.window;
  count("window.recent", recent, 1, rows - sinks - 1);
  count("window.sinks", sinks, 0, rows - 2);
  // twice the window: each key is moved about once
  return { room: Math.min(rows, sinks + 2 * recent + 1), recent, sinks };
}

function count(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const limit =
    most === Infinity ? `at least ${least}` : `from ${least} to ${most}, the rows of the rotary tables allow no more`;
  throw new TransformerError(`RowSession: ${name} must be a whole number ${limit}, got ${value}.`);
}
