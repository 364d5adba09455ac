// The page's half: makes all calls to its own origin.

import { run } from "./suite.js";

Object.assign(globalThis, { results: run(location.origin) });
