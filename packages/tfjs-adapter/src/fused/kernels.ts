import { type Forward, type Gradients, prepareCall } from "@fovea/dot-product-attention";
import { zeros, type Tensor } from "@fovea/tensor";
import { engine, type KernelBackend, type TensorInfo } from "@tensorflow/tfjs-core";
import { coreOptions, type CallSpec } from "../call-spec.ts";
import { attentionBackend } from "./attention-backend.ts";
import { packStatistics, unpackStatistics } from "./pack-statistics.ts";
import { storageOf, type Storage } from "./storage.ts";
import { isResident, kernelOf, withQuery } from "./with-operands.ts";

/** What a kernel of TensorFlow.js is run with. */
export interface KernelCall {
  readonly inputs: readonly TensorInfo[];
  readonly spec: CallSpec;
  readonly backend: KernelBackend;
}

/** Runs forward on the backend's own buffers.
 *  @param inputs query, key, value, then what `spec.slots` says
 *  @returns the output `[batch, heads, queries, valueDim]`, then, where the normalizer remembers its rows, what `packStatistics` makes of it */
export function runForward(name: string, { inputs, spec, backend }: KernelCall): TensorInfo[] {
  const storage = storageOf(name, backend);
  const views = inputs.map((info) => storage.read(info));
  const runner = spec.backend ?? attentionBackend();
  return withQuery(runner, views[0], (query) => {
    const { plan, call } = prepareCall(query, views[1], views[2], coreOptions(spec, views), runner);
    const backwardFollows = engine().state.gradientDepth > 0;
    const forward = kernelOf(runner, plan).forward({ ...call, backwardFollows });
    const statistics = packStatistics(forward);
    return [forward.output, ...(statistics ? [statistics] : [])].map((result) => takeOut(storage, result));
  });
}

/** Runs backward on the backend's own buffers.
 *  @param inputs those of forward, what forward returned, and last the gradient of the output
 *  @returns the gradient of each input of forward, float32; zeros for what is no float */
export function runBackward(name: string, { inputs, spec, backend }: KernelCall): TensorInfo[] {
  const storage = storageOf(name, backend);
  const views = inputs.map((info) => storage.read(info));
  const runner = spec.backend ?? attentionBackend();
  const given = 3 + spec.slots.length;
  const [output, statistics] = views.slice(given, -1) as [Tensor, Tensor | undefined];
  const upstream = views[views.length - 1];
  return withQuery(runner, views[0], (query) => {
    const { plan, call } = prepareCall(query, views[1], views[2], coreOptions(spec, views), runner);
    const rows = statistics
      ? unpackStatistics(statistics, plan.normalizer)
      : { rowMaximum: zeros(output.shape.slice(0, 3)), rowTotal: null, threshold: null };
    const forward: Forward = { output, ...rows, logSumExp: null };
    const gradients = kernelOf(runner, plan).backward(call, forward, upstream);
    return gradientsByInput(spec, gradients, views).map((gradient) => takeOut(storage, gradient));
  });
}

function gradientsByInput({ slots }: CallSpec, gradients: Gradients, views: readonly Tensor[]): Tensor[] {
  const ofSlots = slots.map((slot, index) => {
    const none = (): Tensor => zeros(views[3 + index].shape);
    if (slot.role === "sinks") return gradients.sinks ?? none();
    return slot.role === "mask" ? none() : (gradients.tables[slot.role][slot.name] ?? none());
  });
  return [gradients.query, gradients.key, gradients.value, ...ofSlots];
}

function takeOut(storage: Storage, result: Tensor): TensorInfo {
  const owned = !isResident(result);
  const info = storage.write(result, owned);
  if (!owned) result.dispose();
  return info;
}
