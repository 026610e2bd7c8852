-- expect: ok twice
local assert = assert
function run() assert(seen == nil) local before = _ENV local _ENV = {} seen = 1 assert(before.seen == nil) end
