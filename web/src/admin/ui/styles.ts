// How the parts of parts.ts and plain controls look; every page and element takes it first: `static styles = [base, css`…`]`.

import { css } from "lit";
import { controls } from "./styles/controls.js";
import { page } from "./styles/page.js";
import { states } from "./styles/states.js";
import { tables } from "./styles/tables.js";

export const base = css`
  ${page}
  ${controls}
  ${states}
  ${tables}
`;
