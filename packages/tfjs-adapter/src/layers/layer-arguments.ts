import type { layers } from "@tensorflow/tfjs-layers";

/** What every layer of TensorFlow.js can be told: name, trainable, inputShape, … */
export type LayerArguments = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** Size of the last axis of a shape. */
export const lastOf = (shape: readonly (number | null)[]): number => shape[shape.length - 1] as number;

/** A shape with or without `null`s as a list of shapes: layers are given one, or one per input. */
export function shapesOf(
  shape: readonly (number | null)[] | readonly (readonly (number | null)[])[],
): readonly (readonly (number | null)[])[] {
  return Array.isArray(shape[0]) ? (shape as (number | null)[][]) : [shape as (number | null)[]];
}
