-- expect: killed
function run() return (" "):rep(20000):find("%f[%a].-%f[%A].-x.-y") or (" a"):rep(20000):find("%f[%a].-%f[%A].-x.-y") end
