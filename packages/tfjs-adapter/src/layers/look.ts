import { normalizers, type Normalizer } from "@fovea/dot-product-attention";
import type { Program } from "@fovea/program";
import type { serialization } from "@tensorflow/tfjs-core";
import { AdapterError } from "../adapter-error.ts";
import { isRecord } from "../is-record.ts";
import { configText, programText, readProgram, type LayerProgram } from "./program-text.ts";
import { count, oneOf, readArguments, readElsewhere, type ArgumentKind, type ArgumentKinds } from "./read-arguments.ts";

/** How a layer looks: what every attention layer can be told beyond Keras's arguments. */
export interface LookOptions {
  /** Changes each score. */
  readonly score?: LayerProgram | null;
  /** Who may attend to whom, beside the padding masks that arrive with the inputs. */
  readonly mask?: LayerProgram | null;
  /** Default "softmax"; "softmaxWithSink" learns a sink per head. */
  readonly normalizer?: Normalizer;
  /** Names of float tables of the score program that are weights of the layer, trained from the values they have; the others stay as they
   *  are. As text, what a saved config holds. */
  readonly learnedTables?: readonly string[] | string;
  /** Turns queries and keys by their positions (Su et al. 2021); true for all of a head's dimensions, base 10000, interleaved pairs. */
  readonly rotary?: boolean | RotaryArguments | null;
}

export interface RotaryArguments {
  /** How many dimensions of a head are turned, even; default all. */
  readonly rotaryDim?: number;
  /** Default 10000. */
  readonly base?: number;
  /** Which dimensions turn together; default "interleaved". */
  readonly layout?: "interleaved" | "halves";
}

export const lookKinds: ArgumentKinds<LookOptions> = {
  score: readElsewhere,
  mask: readElsewhere,
  normalizer: readElsewhere,
  learnedTables: readElsewhere,
  rotary: { expected: "true, false or an object", accepts: (value) => typeof value === "boolean" || isRecord(value) },
};

const above1: ArgumentKind = {
  expected: "a finite number above 1",
  accepts: (value) => Number.isFinite(value) && (value as number) > 1,
};
const rotaryKinds: ArgumentKinds<RotaryArguments> = {
  rotaryDim: count,
  base: above1,
  layout: oneOf("interleaved", "halves"),
};

/** `LookOptions` read: programs instead of text and functions. */
export interface Look {
  readonly score: Program | null;
  readonly mask: Program | null;
  readonly normalizer: Normalizer;
  readonly learnedTables: readonly string[];
  readonly rotary: RotaryArguments | null;
}

/** @throws {AdapterError} for a program of the wrong type, or a learned table that the score program does not have with values */
export function readLook(layer: string, options: LookOptions): Look {
  const { normalizer = "softmax", learnedTables = [], rotary = null } = options;
  if (!normalizers.includes(normalizer)) {
    throw new AdapterError(
      `${layer}: expected a normalizer among ${normalizers.join(", ")}, got "${String(normalizer)}".`,
    );
  }
  const score = readProgram(layer, "score", "float", options.score);
  const mask = readProgram(layer, "mask", "bool", options.mask);
  const learned = readNames(layer, learnedTables);
  for (const name of learned) {
    const isThere = score?.tables.some((table) => table.name === name && table.type === "float");
    if (isThere && score && Object.hasOwn(score.values, name)) continue;
    const names = score?.tables.filter(({ type }) => type === "float").map((table) => table.name) ?? [];
    throw new AdapterError(
      `${layer}: expected learnedTables to name float tables of the score program that have values, got "${name}"; it has ${names.join(", ") || "none"}.`,
    );
  }
  const turned = isRecord(rotary) ? readArguments(`${layer}: rotary`, rotary, rotaryKinds) : rotary;
  return { score, mask, normalizer, learnedTables: learned, rotary: turned === true ? {} : turned || null };
}

/** What a saved model holds of a look. */
export function lookConfig({ score, mask, normalizer, learnedTables, rotary }: Look): serialization.ConfigDict {
  return {
    score: score && programText(score),
    mask: mask && programText(mask),
    normalizer,
    learnedTables: configText(learnedTables),
    rotary: rotary && { ...rotary },
  };
}

/** Names, also as a saved config holds them. */
function readNames(layer: string, given: readonly string[] | string): readonly string[] {
  try {
    const names: unknown = typeof given === "string" ? JSON.parse(given) : given;
    if (Array.isArray(names)) return names as string[];
  } catch {
    // said below
  }
  throw new AdapterError(
    `${layer}: expected learnedTables to be a list of names, got "${String(given).slice(0, 80)}".`,
  );
}
