-- expect: killed
function run() local s = ("0"):rep(1500000) .. "1" while true do pcall(string.sub, "x", s) end end
