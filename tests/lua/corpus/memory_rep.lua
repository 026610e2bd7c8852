-- expect: error rep:
function run() return ("x"):rep(1 << 30) end
