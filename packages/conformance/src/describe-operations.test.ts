import { referenceBackend } from "@fovea/dot-product-attention";
import { describeOperations } from "./describe-operations.ts";

// operands are float32, and so are the reference's results of them
describeOperations("reference", () => referenceBackend, { absolute: 1e-7, relative: 1e-7 });
