import type { layers } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";

/** What every layer of TensorFlow.js can be told: name, trainable, inputShape, … */
export type LayerArguments = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** What a layer may be applied to. */
export type ApplyInputs = Parameters<layers.Layer["apply"]>[0];

/** Size of the last axis of a shape. */
export const lastOf = (shape: readonly (number | null)[]): number => shape[shape.length - 1] as number;

/** A shape with or without `null`s as a list of shapes: layers are given one, or one per input. */
export function shapesOf(
  shape: readonly (number | null)[] | readonly (readonly (number | null)[])[],
): readonly (readonly (number | null)[])[] {
  return Array.isArray(shape[0]) ? (shape as (number | null)[][]) : [shape as (number | null)[]];
}

/** The shapes of inputs that are vectors of tokens.
 *  @throws {AdapterError} for any other rank */
export function vectorShapes(
  layer: string,
  shape: readonly (number | null)[] | readonly (readonly (number | null)[])[],
): readonly (readonly (number | null)[])[] {
  const shapes = shapesOf(shape);
  const wrong = shapes.find((one) => one.length !== 3);
  if (!wrong) return shapes;
  throw new AdapterError(
    `${layer}: expected inputs [batch, tokens, dim], got [${wrong.join(", ")}]. Reshape them first.`,
  );
}
