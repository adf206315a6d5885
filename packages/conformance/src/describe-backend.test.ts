import { referenceBackend } from "@fovea/dot-product-attention";
import { describeBackend } from "./describe-backend.ts";

describeBackend("reference", () => referenceBackend, { absolute: 1e-12, relative: 1e-12 });
