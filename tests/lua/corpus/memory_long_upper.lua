-- expect: killed
function run() local a = ("x"):rep(1500000) while true do local _ = a:upper() end end
