-- expect: killed
function run() local t = {} for i = 1, 1000 do t[i] = "x" end local s = ("y"):rep(1000000) return table.concat(t, s) end
