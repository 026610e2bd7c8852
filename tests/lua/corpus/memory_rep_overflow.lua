-- expect: error rep:
function run() return ("x"):rep(math.maxinteger) end
