-- expect: refused a coroutine
local kept = coroutine.wrap(function() end)
function run() kept() end
