import { render } from "preact";
import { Page } from "./page/page.tsx";

render(<Page />, document.getElementById("page")!);
