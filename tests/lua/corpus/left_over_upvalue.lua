-- expect: ok twice
local counter = 0
function run() assert(counter == 0, "left over") counter = counter + 1 end
