-- expect: ok
function run() assert(tostring(setmetatable({}, {__name = "mine"})) == "mine") end
