import type { Tensor } from "@fovea/tensor";
import { BackendError } from "../backend-error.ts";
import type { Heap } from "./heap.ts";

/** A tensor in the memory, which somebody has to release. */
interface Owned extends Tensor {
  /** Of its first number. */
  readonly address: number;
  dispose(): void;
}

/** Tensors made since each scope that is open began, innermost last. */
const open = new WeakMap<Heap, Set<Owned>[]>();

/** Those of them that keep what was made. */
const held = new WeakSet<Set<Owned>>();

/** Leaves a new tensor to the innermost open scope, if there is one. */
export function leaveToScope(heap: Heap, tensor: Owned): void {
  open.get(heap)?.at(-1)?.add(tensor);
}

/** Takes a tensor that somebody asked for by name out of the scope it was made in. */
export function takeFromScope<T extends Owned>(heap: Heap, tensor: T): T {
  open.get(heap)?.at(-1)?.delete(tensor);
  return tensor;
}

/** Runs `body`, then disposes of the tensors made on the way that its result does not hold; those it holds go to the enclosing scope, if any.
 *  @throws {BackendError} when `body` returns a promise: what it makes later would belong to nobody */
export function runScope<R>(heap: Heap, body: () => R): R {
  const stack = stackOf(heap);
  const made = new Set<Owned>();
  const outer = stack.at(-1);
  if (outer && held.has(outer)) return body();
  stack.push(made);
  let kept: ReadonlySet<Owned> = new Set();
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new BackendError("scope: expected a function that returns its result, got one that returns a promise.");
    }
    kept = heldBy(heap, result, made);
    return result;
  } finally {
    stack.pop();
    for (const tensor of made) {
      if (kept.has(tensor)) stack.at(-1)?.add(tensor);
      else tensor.dispose();
    }
  }
}

/** Runs `body` and keeps every tensor made on the way, in scopes within it too: a recorded step goes on writing to them. */
export function holdScope<R>(heap: Heap, body: () => R): { readonly result: R; readonly made: ReadonlySet<Owned> } {
  const stack = stackOf(heap);
  const made = new Set<Owned>();
  held.add(made);
  stack.push(made);
  try {
    return { result: body(), made };
  } catch (error) {
    for (const tensor of made) tensor.dispose();
    throw error;
  } finally {
    stack.pop();
  }
}

function stackOf(heap: Heap): Set<Owned>[] {
  const stack = open.get(heap) ?? [];
  open.set(heap, stack);
  return stack;
}

/** Those of the tensors that a value holds, itself or as a view of them. */
function heldBy(heap: Heap, value: unknown, made: ReadonlySet<Owned>): ReadonlySet<Owned> {
  const held = new Set<Owned>();
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return;
    if (made.has(part as Owned)) {
      held.add(part as Owned);
    } else if (isTensor(part)) {
      if (part.data.buffer !== heap.memory.buffer) return;
      const start = part.data.byteOffset + part.offset * part.data.BYTES_PER_ELEMENT;
      for (const tensor of made) {
        const bytes = tensor.shape.reduce((product, length) => product * length, part.data.BYTES_PER_ELEMENT);
        if (start >= tensor.address && start < tensor.address + Math.max(bytes, 1)) held.add(tensor);
      }
    } else if (Array.isArray(part) || Object.getPrototypeOf(part) === Object.prototype) {
      for (const inner of Object.values(part)) visit(inner);
    }
  };
  visit(value);
  return held;
}

const isTensor = (value: object): value is Tensor => "dtype" in value && "strides" in value && "offset" in value;
