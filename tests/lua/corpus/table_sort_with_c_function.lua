-- expect: killed
function run() local t = {} for i = 1, 100000 do t[i] = i end for i = 1, 100 do pcall(table.sort, t, rawequal) end end
