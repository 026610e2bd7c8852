-- expect: ok
local mine = {a = 1}
function run() local m = getmetatable(mine) assert(m == false) assert(mine.a == 1 and #mine == 0 and next(mine) == "a") end
