-- expect: killed
local s = ("x"):rep(2000000)
function run() while true do local _ = utf8.len(s) end end
