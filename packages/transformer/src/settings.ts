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

/** Rotary tables where the backend computes: a table that several layers share is placed once. */
export function placeSettings(
  settings: readonly AttentionSettings[],
  store: WeightStore,
): readonly AttentionSettings[] {
  const transforms = new Map<object, NonNullable<AttentionSettings["positionTransform"]>>();
  return settings.map((setting) => {
    const { positionTransform } = setting;
    if (!positionTransform?.tables) return setting;
    let placed = transforms.get(positionTransform);
    if (!placed) {
      const { cos, sin } = positionTransform.tables;
      placed = { ...positionTransform, tables: { cos: store.place(cos), sin: store.place(sin) } };
      transforms.set(positionTransform, placed);
    }
    return { ...setting, positionTransform: placed };
  });
}

function isList(settings: AttentionSettings | readonly AttentionSettings[]): settings is readonly AttentionSettings[] {
  return Array.isArray(settings);
}
