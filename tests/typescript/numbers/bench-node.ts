// Prints the ratios in Node.

import { measure } from "../bench.js";

console.log(JSON.stringify(await measure()));
