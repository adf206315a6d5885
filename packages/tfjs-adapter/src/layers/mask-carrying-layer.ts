import type { Tensor } from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import type { CallArguments, CallSetting, TakenArguments } from "./call-arguments.ts";
import { checkCallArguments, isBuilding } from "./check-call-arguments.ts";
import type { ApplyInputs, LayerArguments } from "./layer-arguments.ts";
import { PaddingMasks } from "./padding-masks.ts";

type Settings = Partial<Record<CallSetting, boolean>>;

/** A layer that reads the padding masks of its inputs and carries the first one on to its output.
 *
 *  Settings among its call arguments become the layer's own where a model is built: TensorFlow.js runs a model's layers without them. */
export abstract class MaskCarryingLayer extends layers.Layer {
  readonly #masks = new PaddingMasks(this);
  readonly #taken: TakenArguments;
  readonly #made: Settings;
  #own: Settings;

  /** @param taken call arguments that the layer takes
   *  @param made settings that it has from the beginning */
  constructor(args: LayerArguments, taken: TakenArguments = [], made: Settings = {}) {
    super(args);
    this.supportsMasking = true;
    this.#taken = taken;
    this.#made = made;
    this.#own = made;
  }

  override apply(inputs: ApplyInputs, kwargs: CallArguments = {}): ReturnType<layers.Layer["apply"]> {
    checkCallArguments(this.name, inputs, kwargs, this.#taken);
    if (isBuilding(inputs)) this.#adopt(kwargs);
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

  /** What a call says, else what the layer was told. */
  protected setting(name: Exclude<CallSetting, "training">, kwargs: CallArguments = {}): boolean {
    return kwargs[name] ?? this.#own[name] ?? false;
  }

  /** A setting that holds for every call wins over what TensorFlow.js says while it trains. */
  protected isTraining(kwargs: CallArguments): boolean {
    return this.#own.training ?? kwargs.training ?? false;
  }

  #adopt(kwargs: CallArguments): void {
    for (const name of ["training", "useCausalMask", "returnAttentionScores"] as const) {
      const wanted = kwargs[name] ?? this.#made[name];
      if (this.inboundNodes.length > 0 && wanted !== this.#own[name]) {
        throw new AdapterError(
          `${this.name}: expected ${name} to be the same wherever a model uses the layer, got ${String(this.#own[name])} and ${String(wanted)}. Make a layer for each.`,
        );
      }
      this.#own = { ...this.#own, [name]: wanted };
    }
  }
}
