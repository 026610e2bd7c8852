-- expect: ok
function run() local _, why = pcall(function() return {} .. "x" end) assert(not why:find("0x")) local _, obj = pcall(error, {}) assert(tostring(obj) == "table") end
