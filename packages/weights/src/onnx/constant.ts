import type { Tensor } from "@fovea/tensor";
import { wrap } from "../decode.ts";
import type { WeightEntry } from "../weight-file.ts";
import { bytes, floats, ints, readMessage } from "./message.ts";
import { readTensorProto } from "./tensor-proto.ts";
import type { Unreadable } from "./tensor-proto.ts";

/** The tensor that a Constant node's attribute holds, under any of the attribute's names.
 *  @see https://onnx.ai/onnx/operators/onnx__Constant.html */
export function readConstant(
  file: string,
  name: string,
  attributeName: string,
  attribute: Uint8Array,
): WeightEntry | Unreadable {
  if (attributeName === "value") {
    let proto: Uint8Array | null = null;
    readMessage(attribute, { 5: bytes((value) => (proto = value)) });
    return proto === null ? { unreadable: "a Constant without a tensor" } : readTensorProto(file, name, proto);
  }
  const numbers = numberFields.get(attributeName);
  if (numbers === undefined) return { unreadable: `a Constant with ${attributeName}` };
  const { field, isFloat, isList } = numbers;
  let count = 0;
  let fits = true;
  const step = (): void => void count++;
  const check = (value: bigint): void => {
    step();
    fits &&= BigInt.asIntN(32, value) === value;
  };
  readMessage(attribute, { [field]: isFloat ? floats(step) : ints(check) });
  if (!fits) return { unreadable: "int64 beyond 32 bits" };
  if (!isList && count !== 1) return { unreadable: "a Constant without a number" };

  const shape = isList ? [count] : [];
  const read = async (): Promise<Tensor> => {
    let element = 0;
    if (isFloat) {
      const data = new Float32Array(count);
      readMessage(attribute, { [field]: floats((value) => (data[element++] = value)) });
      return wrap("float32", data, shape);
    }
    const data = new Int32Array(count);
    readMessage(attribute, { [field]: ints((value) => (data[element++] = Number(value))) });
    return wrap("int32", data, shape);
  };
  return isFloat
    ? { shape, dtype: "float32", tensorDType: "float32", bytes: 4 * count, read }
    : { shape, dtype: "int64", tensorDType: "int32", bytes: 8 * count, read };
}

/** Attributes of Constant that hold numbers themselves → the field of AttributeProto. */
const numberFields: ReadonlyMap<string, { field: number; isFloat: boolean; isList: boolean }> = new Map([
  ["value_float", { field: 2, isFloat: true, isList: false }],
  ["value_int", { field: 3, isFloat: false, isList: false }],
  ["value_floats", { field: 7, isFloat: true, isList: true }],
  ["value_ints", { field: 8, isFloat: false, isList: true }],
]);
