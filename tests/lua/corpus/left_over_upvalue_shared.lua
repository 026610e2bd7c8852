-- expect: ok twice
local counter, last = 0, nil
local function add(x) counter = counter + 1 last = x end
function run() assert(counter == 0 and last == nil, "left over") add({}) add("secret") assert(counter == 2) end
