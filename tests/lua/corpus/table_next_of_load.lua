-- expect: killed
local t = {}
for i = 1, 30000 do t["k" .. i % 15000] = i end
for i = 1, 15000 do t["k" .. i % 15000] = nil end
function run() while true do local _ = next(t) end end
