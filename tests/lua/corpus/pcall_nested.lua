-- expect: killed
function run() local function f() return pcall(pcall, pcall, function() while true do end end) end while true do f() end end
