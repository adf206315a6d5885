import { operations } from "./operations.ts";
import type { Operation, Signature, Type } from "./operations.ts";

/** The signature of `op` for exactly these argument types; undefined when there is none. */
export function findSignature(op: Operation, types: readonly Type[]): Signature | undefined {
  return signaturesOf(op).find(
    ({ args }) => args.length === types.length && args.every((type, index) => type === types[index]),
  );
}

/** How many arguments an operation takes. */
export function arity(op: Operation): number {
  return signaturesOf(op)[0].args.length;
}

/** `(float, float) or (int, int)`: what an operation accepts, for messages. */
export function describeSignatures(op: Operation): string {
  return signaturesOf(op)
    .map(({ args }) => describeTypes(args))
    .join(" or ");
}

/** `(float, int)` */
export function describeTypes(types: readonly Type[]): string {
  return `(${types.join(", ")})`;
}

/** Every signature of an operation. */
export function signaturesOf(op: Operation): readonly Signature[] {
  return operations[op];
}

/** Whether a name, which may come from a stranger, is an operation's. */
export function isOperation(name: unknown): name is Operation {
  return typeof name === "string" && Object.hasOwn(operations, name);
}
