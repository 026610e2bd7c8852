-- expect: killed
function run() local s = ("x"):rep(1500000) while true do local _ = utf8.len(s) end end
