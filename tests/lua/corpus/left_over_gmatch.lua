-- expect: ok twice
local words = ("a b c"):gmatch("%a")
function run() assert(words() == "a", "left over") words() end
