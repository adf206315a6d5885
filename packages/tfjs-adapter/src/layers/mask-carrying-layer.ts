import type { Tensor } from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import type { CallArguments } from "./call-arguments.ts";
import type { ApplyInputs, LayerArguments } from "./layer-arguments.ts";
import { PaddingMasks } from "./padding-masks.ts";
import { refuseCallArguments } from "./refuse-call-arguments.ts";

/** A layer that reads the padding masks of its inputs and carries the first one on to its output. */
export abstract class MaskCarryingLayer extends layers.Layer {
  readonly #masks = new PaddingMasks(this);

  constructor(args: LayerArguments) {
    super(args);
    this.supportsMasking = true;
  }

  override apply(inputs: ApplyInputs, kwargs?: CallArguments): ReturnType<layers.Layer["apply"]> {
    refuseCallArguments(this.name, inputs, kwargs);
    const outputs = super.apply(inputs, kwargs);
    this.#masks.note(outputs);
    return outputs;
  }

  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor | Tensor[] {
    return this.#masks.carry(inputs, mask) as Tensor; // null without one, which TensorFlow.js does not declare
  }

  /** The padding mask of each input `[batch, tokens]`, null without one: to be asked once in each `call`.
   *  @throws {AdapterError} when a mask was lost on its way */
  protected findMasks(inputs: readonly Tensor[], given: CallArguments["mask"]): readonly (Tensor | null)[] {
    return this.#masks.find(inputs, given);
  }
}
