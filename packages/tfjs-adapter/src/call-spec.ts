import type { AttentionOptions as CoreOptions, Backend } from "@fovea/dot-product-attention";
import type { Tensor } from "@fovea/tensor";
import { concat, Tensor as TfTensor } from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { AdapterError } from "./adapter-error.ts";
import { checkBackend, checkOptions } from "./check-options.ts";
import { isRecord } from "./is-record.ts";
import type { AttentionOptions } from "./options.ts";

type TableRole = "score" | "mask" | "probability";

/** What a tensor behind query, key and value is. */
type Slot = { readonly role: TableRole; readonly name: string } | { readonly role: "sinks" };

/** One call without its tensors: what both paths, and both passes, are told beside the list of inputs. */
export interface CallSpec {
  /** Options of the core operation, with the tables and sinks that are constants. */
  readonly options: CoreOptions;
  /** What each input from the fourth on is; the first three are query, key and value. */
  readonly slots: readonly Slot[];
  /** What runs fused kernels; null = the default. */
  readonly backend: Backend | null;
}

/** A call taken apart: `inputs` is query, key, value, then what `spec.slots` says. Creates tensors when there is a past. */
export interface PreparedInputs {
  readonly spec: CallSpec;
  readonly inputs: readonly TfTensor[];
}

const roles: readonly TableRole[] = ["score", "mask", "probability"];

/** Sorts what the caller gave into tensors and the rest.
 *  @throws {AdapterError} for something that is no tensor, is disposed of, or an option that does not exist */
export function prepareInputs(
  query: TfTensor,
  newKey: TfTensor,
  newValue: TfTensor,
  given: AttentionOptions,
): PreparedInputs {
  if (given.tables) checkOptions("attention: tables", given.tables, roles);
  for (const role of roles) {
    const named = given.tables?.[role];
    if (named === undefined || isRecord(named)) continue;
    throw new AdapterError(`attention: expected tables.${role} to be tensors by name, got a ${typeof named}.`);
  }
  if (given.backend !== undefined) checkBackend("attention", given.backend);
  const { kernels: _, backend = null, past, sinks, tables, ...options } = given;
  for (const [name, tensor] of Object.entries({ query, key: newKey, value: newValue })) checkTensor(name, tensor);
  const key = past ? prepend("past.key", past.key, newKey) : newKey;
  const value = past ? prepend("past.value", past.value, newValue) : newValue;

  const inputs: TfTensor[] = [query, key, value];
  const slots: Slot[] = [];
  const constants: Partial<Record<TableRole, Record<string, Tensor>>> = {};
  for (const role of roles) {
    for (const [name, source] of Object.entries(tables?.[role] ?? {})) {
      if (source instanceof TfTensor) {
        checkTensor(`table "${name}" of the ${role} program`, source);
        inputs.push(source);
        slots.push({ role, name });
      } else (constants[role] ??= {})[name] = source;
    }
  }
  if (sinks instanceof TfTensor) {
    checkTensor("sinks", sinks);
    inputs.push(sinks);
    slots.push({ role: "sinks" });
  }
  return {
    inputs,
    spec: {
      slots,
      backend,
      options: {
        ...options,
        tables: constants,
        sinks: sinks instanceof TfTensor ? null : (sinks ?? null),
        ...(past && { queryOffset: options.queryOffset ?? past.key.shape[2] }),
      },
    },
  };
}

/** The options of the core operation for one call.
 *  @param tensors a plain tensor for each input */
export function coreOptions({ options, slots }: CallSpec, tensors: readonly Tensor[]): CoreOptions {
  const tables = { score: { ...options.tables?.score }, mask: { ...options.tables?.mask } };
  const all: Record<TableRole, Record<string, Tensor>> = { ...tables, probability: { ...options.tables?.probability } };
  let sinks = options.sinks ?? null;
  for (const [index, slot] of slots.entries()) {
    if (slot.role === "sinks") sinks = tensors[3 + index];
    else all[slot.role][slot.name] = tensors[3 + index];
  }
  return { ...options, tables: all, sinks };
}

function checkTensor(name: string, tensor: TfTensor): void {
  if (!(tensor instanceof TfTensor)) {
    throw new AdapterError(
      `attention: expected ${name} to be a tf.Tensor, got ${describe(tensor)}. Make one with tf.tensor.`,
    );
  }
  if (tensor.isDisposed) {
    throw new AdapterError(
      `attention: ${name} [${tensor.shape.join(", ")}] has been disposed of. Keep it with tf.keep, or call inside the tidy that made it.`,
    );
  }
}

function prepend(name: string, past: Tensor4D, fresh: TfTensor): TfTensor {
  checkTensor(name, past);
  const fits =
    past.shape.length === fresh.shape.length && past.shape.every((n, axis) => axis === 2 || n === fresh.shape[axis]);
  if (fits) return concat([past, fresh as Tensor4D], 2);
  throw new AdapterError(
    `attention: expected ${name} to differ from what follows in its keys only, got [${past.shape.join(", ")}] and [${fresh.shape.join(", ")}].`,
  );
}

function describe(value: unknown): string {
  return Array.isArray(value) ? "an array" : value === null ? "null" : typeof value;
}
