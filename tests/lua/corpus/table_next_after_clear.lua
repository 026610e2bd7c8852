-- expect: killed
function run() local t = {} for i = 1, 100000 do t["k" .. i % 4000] = i end for k in pairs(t) do t[k] = nil end while true do local _ = next(t) end end
