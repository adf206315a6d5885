import { f32, i32, type Value } from "@fovea/wasm-assembler";

/** The memory as ints and as float32. */
export interface Words {
  readonly i32: Int32Array;
  readonly f32: Float32Array;
}

/** A plain record in WebAssembly memory that JavaScript writes and kernels read: 4 bytes a field, an int or a float32, in the order in which they are
 *  named. Addresses are bytes in the module's memory, strides bytes between neighbors. */
export class RecordLayout<Field extends string> {
  readonly bytes: number;
  /** Words of 4 bytes before each field. */
  readonly word: Readonly<Record<Field, number>>;
  readonly #types: Readonly<Record<Field, "int" | "float">>;

  constructor(types: Readonly<Record<Field, "int" | "float">>) {
    const fields = Object.keys(types) as Field[];
    this.#types = types;
    this.word = Object.fromEntries(fields.map((field, word) => [field, word])) as Record<Field, number>;
    this.bytes = fields.length * 4;
  }

  /** Bytes from the record's address to a field. */
  offset(field: Field): number {
    return this.word[field] * 4;
  }

  /** A field in a kernel.
   *  @param record the record's address */
  read(record: Value, field: Field): Value {
    return (this.#types[field] === "float" ? f32 : i32).load(record, this.offset(field));
  }

  /** Writes all fields. */
  write({ i32: ints, f32: floats }: Words, address: number, values: Readonly<Record<Field, number>>): void {
    const start = address / 4;
    for (const field in this.word) {
      const words = this.#types[field] === "float" ? floats : ints;
      words[start + this.word[field]] = values[field];
    }
  }
}
