-- expect: ok twice
local function poison(assert, tostring) _ENV = {assert = assert, poisoned = true} end
function run() assert(poisoned == nil, "left over") assert(type(tostring) == "function") poison(assert) end
