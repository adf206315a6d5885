import type { Tensor } from "@fovea/tensor";
import { refuseNumber, wrap } from "../decode.ts";
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
  if (!Object.hasOwn(numberFields, attributeName)) return { unreadable: `a Constant with ${attributeName}` };
  const { field, isFloat, isList } = numberFields[attributeName];
  let count = 0;
  const step = (): void => void count++;
  readMessage(attribute, { [field]: isFloat ? floats(step) : ints(step) });
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
    const take = (value: bigint): void => {
      if (BigInt.asIntN(32, value) !== value) refuseNumber(file, name, "int32", element, value);
      data[element++] = Number(value);
    };
    readMessage(attribute, { [field]: ints(take) });
    return wrap("int32", data, shape);
  };
  return isFloat
    ? { shape, dtype: "float32", tensorDType: "float32", bytes: 4 * count, read }
    : { shape, dtype: "int64", tensorDType: "int32", bytes: 8 * count, read };
}

/** Attributes of Constant that hold numbers themselves → the field of AttributeProto. */
const numberFields: Readonly<Record<string, { field: number; isFloat: boolean; isList: boolean }>> = {
  value_float: { field: 2, isFloat: true, isList: false },
  value_int: { field: 3, isFloat: false, isList: false },
  value_floats: { field: 7, isFloat: true, isList: true },
  value_ints: { field: 8, isFloat: false, isList: true },
};
