import { prepareAdapter } from "./contenders/adapter.ts";
import { prepareFovea } from "./contenders/fovea.ts";
import { prepareProduct } from "./contenders/product.ts";
const time=async(p:any,ms=1500)=>{await p.run();await p.run();const ts:number[]=[];const t0=performance.now();do{const s=performance.now();await p.run();ts.push(performance.now()-s);}while(performance.now()-t0<ms);ts.sort((a,b)=>a-b);return `median ${ts[ts.length>>1].toFixed(2)} min ${ts[0].toFixed(2)}`;};
for (const keys of [512,1024]) for (const heads of [2]) {
 const w:any={heads,headDim:64,keys,mask:"none",gradients:true};
 console.log(keys,"fovea",await time(await prepareFovea(w)), "| adapter wasm", await time(await prepareAdapter(w,"wasm")),"| cpu",await time(await prepareAdapter(w,"cpu")));
 const f:any={...w,gradients:false};
 console.log(keys,"forward fovea",await time(await prepareFovea(f)), "| adapter wasm", await time(await prepareAdapter(f,"wasm")));
}
process.exit(0);
