-- expect: killed
function run() local a = ("x"):rep(1000000) while true do local _ = a .. "y" end end
