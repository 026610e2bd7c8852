-- expect: killed
function run() local t = {} for i = 1, 4095 do t[i .. "k"] = 1 end local i = 0 while true do i = i + 1 t["a" .. i] = 1 t["a" .. i] = nil end end
