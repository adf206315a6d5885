import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import {
  floatFields,
  type OperationField,
  type OperationKind,
  operationKinds,
  operationTaskBytes,
  operationTasks,
  type OperationVariant,
  plainVariant,
} from "./task.ts";

const taskWords = operationTaskBytes / 4;

/** Of each kind: its fields in order. */
const layouts = Object.fromEntries(
  operationKinds.map((kind) => [kind, operationTasks[kind].map((name) => ({ name, isFloat: floatFields.has(name) }))]),
);

/** Tasks of one kernel, collected before they go into the memory together. */
export class TaskGroup {
  readonly kind: OperationKind;
  readonly variant: OperationVariant;
  readonly #words: number[] = [];

  constructor(kind: OperationKind, variant: OperationVariant) {
    this.kind = kind;
    this.variant = variant;
  }

  get words(): readonly number[] {
    return this.#words;
  }

  get count(): number {
    return this.#words.length / taskWords;
  }

  add(fields: Readonly<Record<string, number>>): void {
    const layout = layouts[this.kind];
    for (const { name, isFloat } of layout) this.#words.push(isFloat ? floatBits(fields[name]) : fields[name]);
    for (let word = layout.length; word < taskWords; word++) this.#words.push(0);
  }

  /** @returns the address of the first task */
  write(heap: Heap, borrowed: Borrowed): number {
    const address = borrowed.allocateTasks(this.#words.length * 4);
    heap.i32.set(this.#words, address / 4);
    return address;
  }
}

/** Tasks of one call, each with others of its kernel; no task needs what another gives. */
export class TaskList {
  readonly #groups: TaskGroup[] = [];

  get groups(): readonly TaskGroup[] {
    return this.#groups;
  }

  add<K extends OperationKind>(
    kind: K,
    fields: Readonly<Record<OperationField<K>, number>>,
    variant: OperationVariant = plainVariant,
  ): void {
    const { activation, weightBytes } = variant;
    const isOwn = (group: TaskGroup): boolean =>
      group.kind === kind && group.variant.activation === activation && group.variant.weightBytes === weightBytes;
    let group = this.#groups.find(isOwn);
    if (!group) this.#groups.push((group = new TaskGroup(kind, variant)));
    group.add(fields);
  }
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

function floatBits(value: number): number {
  float[0] = value;
  return bits[0];
}
