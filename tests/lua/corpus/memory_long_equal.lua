-- expect: killed
function run() local a, b = ("x"):rep(1500000) .. "a", ("x"):rep(1500000) .. "a" while true do local _ = a == b end end
