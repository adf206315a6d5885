import type { Tensor } from "@tensorflow/tfjs-core";
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
 *  @param names of the inputs that the layer reads
 *  @throws {AdapterError} for any other rank, and further inputs */
export function vectorShapes(
  layer: string,
  shape: readonly (number | null)[] | readonly (readonly (number | null)[])[],
  names: readonly string[],
): readonly (readonly (number | null)[])[] {
  const shapes = shapesOf(shape);
  if (shapes.length > names.length) {
    throw new AdapterError(
      `${layer}: expected no inputs but [${names.join(", ")}], got ${shapes.length}. It would not look at the others: leave them out.`,
    );
  }
  const wrong = shapes.find((one) => one.length !== 3);
  if (!wrong) return shapes;
  throw new AdapterError(
    `${layer}: expected inputs [batch, tokens, dim], got [${wrong.join(", ")}]. Reshape them first.`,
  );
}

/** The shape of a layer's one input.
 *  @param least axes that it has to have
 *  @throws {AdapterError} for further inputs and fewer axes */
export function oneShape(
  layer: string,
  shape: readonly (number | null)[] | readonly (readonly (number | null)[])[],
  expected: string,
  least: number,
  most: number = Infinity,
): readonly (number | null)[] {
  const shapes = shapesOf(shape);
  if (shapes.length === 1 && shapes[0].length >= least && shapes[0].length <= most) return shapes[0];
  throw new AdapterError(
    `${layer}: expected one input, ${expected}, got ${shapes.map((each) => `[${each.join(", ")}]`).join(" and ")}.`,
  );
}

/** What a layer is called with, as a list of vectors of tokens.
 *  @throws {AdapterError} as `vectorShapes` */
export function vectorInputs(layer: string, inputs: Tensor | Tensor[], names: readonly string[]): Tensor[] {
  const given = Array.isArray(inputs) ? inputs : [inputs];
  const shapes = given.map(({ shape }) => shape);
  vectorShapes(layer, shapes, names);
  return given;
}
