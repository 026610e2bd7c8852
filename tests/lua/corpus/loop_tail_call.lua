-- expect: killed
local function f() return f() end
function run() return f() end
