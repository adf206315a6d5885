import type { FunctionBody } from "@fovea/wasm-assembler";

/** Bodies that are kept of each kind. */
const most = 64;

/** Makes of a function that writes the same body for the same plain arguments one that writes it once: plans of the same sizes share most of their
 *  kernels, and writing those is most of what compiling a plan takes. */
export function remember<A extends readonly unknown[]>(
  write: (...args: A) => FunctionBody,
): (...args: A) => FunctionBody {
  const bodies = new Map<string, FunctionBody>();
  return (...args) => {
    const key = JSON.stringify(args);
    const known = bodies.get(key);
    if (known) return known;
    const body = write(...args);
    const [oldest] = bodies.keys();
    if (bodies.size >= most) bodies.delete(oldest);
    bodies.set(key, body);
    return body;
  };
}
