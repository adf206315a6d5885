import type { Operand } from "@fovea/block-operations";
import type { Tensor } from "@fovea/tensor";
import { checkOptions, type OptionNames } from "./check-options.ts";
import type { AttentionSettings } from "./layer-options.ts";
import { TransformerError } from "./transformer-error.ts";
import type { WeightStore } from "./weight-store.ts";

const settingNames: OptionNames<AttentionSettings> = {
  heads: true,
  score: true,
  mask: true,
  probability: true,
  normalizer: true,
  scale: true,
  sinks: true,
  tables: true,
  positionTransform: true,
};

/** One setting for each layer.
 *  @throws {TransformerError} for a name that there is not, or a list of another length */
export function settingsOfLayers(
  who: string,
  name: string,
  settings: AttentionSettings | readonly AttentionSettings[],
  layers: number,
): readonly AttentionSettings[] {
  const list = isList(settings) ? settings : Array.from({ length: layers }, () => settings);
  for (const setting of list) checkOptions(`${who}: ${name}`, setting, settingNames);
  if (list.length === layers) return list;
  throw new TransformerError(`${who}: expected ${name} for all ${layers} layers, or one for each, got ${list.length}.`);
}

/** Rotary tables where the backend computes: a table that several layers share is placed once. A transform without tables works on the backend's own
 *  operands. */
export function placeSettings<T extends Operand>(
  settings: readonly AttentionSettings[],
  store: WeightStore<T>,
): readonly AttentionSettings<T>[] {
  type Transform<O extends Operand> = NonNullable<AttentionSettings<O>["positionTransform"]>;
  const placed = new Map<Transform<Tensor>, Transform<T>>();
  const place = (transform: Transform<Tensor>): Transform<T> => {
    const { tables } = transform;
    const own = transform as Transform<Operand> as Transform<T>;
    return tables ? { ...own, tables: { cos: store.place(tables.cos), sin: store.place(tables.sin) } } : own;
  };
  return settings.map(({ positionTransform, ...setting }) => {
    if (!positionTransform) return setting as AttentionSettings<T>;
    const own = placed.get(positionTransform) ?? place(positionTransform);
    placed.set(positionTransform, own);
    return { ...(setting as AttentionSettings<T>), positionTransform: own };
  });
}

function isList(settings: AttentionSettings | readonly AttentionSettings[]): settings is readonly AttentionSettings[] {
  return Array.isArray(settings);
}
