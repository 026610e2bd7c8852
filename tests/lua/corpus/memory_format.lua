-- expect: stopped
function run() local s = ("x"):rep(1000000) return ("%s%s%s%s%s"):format(s, s, s, s, s) end
