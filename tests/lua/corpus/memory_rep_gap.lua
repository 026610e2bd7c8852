-- expect: error rep:
function run() return (""):rep(1 << 40, "xy") end
