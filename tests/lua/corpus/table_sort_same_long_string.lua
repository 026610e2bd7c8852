-- expect: killed
function run() local s, t = ("x"):rep(1000000), {} for i = 1, 3000 do t[i] = s end table.sort(t) end
