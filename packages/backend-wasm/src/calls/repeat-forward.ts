import type { Call, Forward } from "@fovea/dot-product-attention";
import { size } from "@fovea/tensor";
import { Borrowed } from "../memory/borrowed.ts";
import type { Heap } from "../memory/heap.ts";
import { addressOf } from "../memory/live-rows.ts";
import type { WasmTensor } from "../memory/wasm-tensor.ts";

/** A call of a recorded step that no tasks stand for: at each further run it is planned anew, and its output brought to where the first one lies. */
export function repeatForward(
  heap: Heap,
  blocks: Borrowed,
  call: Call,
  forward: (borrowed: Borrowed, call: Call) => Forward,
): Forward {
  const first = forward(new Borrowed(heap), call);
  blocks.again(() => {
    call.renew();
    const { output } = forward(new Borrowed(heap), call);
    const from = addressOf(output) / 4;
    heap.f32.copyWithin(addressOf(first.output) / 4, from, from + size(output));
    (output as WasmTensor).dispose();
  });
  return first;
}
