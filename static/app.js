// Comfort only: every page works without scripts. Each file holds one comfort.

import "./script/page.js";
import "./script/keys.js";
import "./script/select.js";
import "./script/live.js";
