-- expect: killed
function run() local co = coroutine.create(function() coroutine.yield() end) coroutine.resume(co) while true do coroutine.close(co) end end
