const scalar = new DataView(new ArrayBuffer(8));

/** Bytes in a growing buffer, with WebAssembly's encodings of numbers (WebAssembly 3.0, 5.2). */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(2048);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(values: ArrayLike<number>): void {
    if (this.#length + values.length > this.#bytes.length) this.#grow(values.length);
    // most are an instruction of one to three bytes, for which `set` takes longer
    if (values.length > 8) this.#bytes.set(values, this.#length);
    else for (let index = 0; index < values.length; index++) this.#bytes[this.#length + index] = values[index];
    this.#length += values.length;
  }

  /** An unsigned LEB128 of 32 bits. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A signed LEB128 of 32 bits. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  int32(value: number): void {
    scalar.setInt32(0, value, true);
    this.#scalar(4);
  }

  float32(value: number): void {
    scalar.setFloat32(0, value, true);
    this.#scalar(4);
  }

  float64(value: number): void {
    scalar.setFloat64(0, value, true);
    this.#scalar(8);
  }

  /** How many bytes `write` writes, then those bytes. */
  sized(write: (content: ByteWriter) => void): void {
    const content = new ByteWriter();
    write(content);
    this.unsigned(content.length);
    this.bytes(content.written());
  }

  /** What has been written so far; a view that the next write may leave behind. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #scalar(size: number): void {
    for (let index = 0; index < size; index++) this.byte(scalar.getUint8(index));
  }

  #grow(more: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
