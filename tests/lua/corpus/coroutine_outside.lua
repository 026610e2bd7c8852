-- expect: error outside a coroutine
function run() coroutine.yield() end
