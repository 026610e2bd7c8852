-- expect: killed
function run() coroutine.wrap(function() while true do end end)() end
