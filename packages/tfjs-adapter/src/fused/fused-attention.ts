import { engine, getBackend, getKernel, registerGradient, registerKernel } from "@tensorflow/tfjs-core";
import type { NamedAttrMap, NamedTensorMap, Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import type { CallSpec } from "../call-spec.ts";
import { compositeGradients } from "../composite/composite-attention.ts";
import { runBackward, runForward, type KernelCall } from "./kernels.ts";
import { storageNames } from "./storage.ts";

const forwardName = "FoveaAttention";
const backwardName = "FoveaAttentionGradient";

/** Attention by one kernel of the active backend, which must be one of `storageNames`. To be called inside a tidy. */
export function fusedAttention(spec: CallSpec, inputs: readonly Tensor[]): Tensor4D {
  register();
  return run(forwardName, inputs, spec)[0] as Tensor4D;
}

/** Kernels are run by name, with a list of inputs: tables come and go. */
function run(name: string, inputs: readonly Tensor[], spec: CallSpec): Tensor[] {
  const attributes = { spec } as unknown as NamedAttrMap;
  return engine().runKernel<Tensor[]>(name, inputs as unknown as NamedTensorMap, attributes);
}

/** Tells TensorFlow.js about the two kernels and the gradient, once. */
function register(): void {
  if (getKernel(forwardName, getBackend())) return;
  const kernels = { [forwardName]: runForward, [backwardName]: runBackward };
  for (const backendName of storageNames) {
    for (const [kernelName, kernel] of Object.entries(kernels)) {
      registerKernel({
        kernelName,
        backendName,
        kernelFunc: ({ inputs, attrs, backend }) =>
          kernel(backendName, { inputs, spec: specOf(attrs), backend } as unknown as KernelCall),
      });
    }
  }
  registerGradient({ kernelName: forwardName, saveAllInputs: true, outputsToSave: [true, true], gradFunc: gradients });
}

/** Gradients of the attention kernel by the fused backward kernel, or, when somebody is going to differentiate them in turn, by operations
 *  that TensorFlow.js can differentiate.
 *
 *  They are computed here and handed out by the closures: each closure runs in a tidy of its own, which would dispose of what another needs.
 *  @param saved the inputs, then what forward returned */
function gradients(dy: Tensor | Tensor[], saved: Tensor[], attributes: NamedAttrMap): Record<string, () => Tensor> {
  const spec = specOf(attributes);
  const outputGradient = Array.isArray(dy) ? dy[0] : dy;
  const isRecording = engine().state.gradientDepth > 0;
  const found = isRecording
    ? compositeGradients(spec, saved.slice(0, 3 + spec.slots.length), outputGradient)
    : run(backwardName, [...saved, outputGradient], spec);
  return Object.fromEntries(found.map((gradient, index) => [index, () => gradient]));
}

const specOf = (attributes: NamedAttrMap | undefined): CallSpec => (attributes as unknown as { spec: CallSpec }).spec;
