import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Takes one value of a field; the reader stands before it. */
export type Field = (reader: BinaryReader, wireType: WireType, number: number) => void;

/** Walks through a protobuf message; fields that are not asked for are passed over where they lie.
 *  @throws {Error} by the reader when the bytes break off or are no protobuf */
export function readMessage(bytes: Uint8Array, fields: Readonly<Record<number, Field>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fields[number] ?? skip;
    field(reader, wireType, number);
  }
}

const skip: Field = (reader, wireType, number) => void reader.skip(wireType, number);

/** A field of one wire type; as everywhere in protobuf, another type on the wire makes it an unknown field. */
function field<T>(wanted: WireType, read: (reader: BinaryReader) => T, take: (value: T) => void): Field {
  return (reader, wireType, number) => {
    if (wireType === wanted) take(read(reader));
    else skip(reader, wireType, number);
  };
}

/** A message inside a message, or bytes: not copied. */
export const bytes = (take: (value: Uint8Array) => void): Field =>
  field(WireType.LengthDelimited, (reader) => reader.bytes(), take);

export const text = (take: (value: string) => void): Field =>
  field(WireType.LengthDelimited, (reader) => reader.string(true), take);

export const int = (take: (value: bigint) => void): Field =>
  field(WireType.Varint, (reader) => BigInt(reader.int64()), take);

/** Repeated numbers, packed or not, one by one. */
function repeated<T>(wanted: WireType, read: (reader: BinaryReader) => T, take: (value: T) => void): Field {
  return (reader, wireType, number) => {
    if (wireType === wanted) take(read(reader));
    else if (wireType === WireType.LengthDelimited) {
      const packed = new BinaryReader(reader.bytes());
      while (packed.pos < packed.len) take(read(packed));
    } else skip(reader, wireType, number);
  };
}

export const ints = (take: (value: bigint) => void): Field =>
  repeated(WireType.Varint, (reader) => BigInt(reader.int64()), take);

export const floats = (take: (value: number) => void): Field =>
  repeated(WireType.Bit32, (reader) => reader.float(), take);

export const doubles = (take: (value: number) => void): Field =>
  repeated(WireType.Bit64, (reader) => reader.double(), take);
