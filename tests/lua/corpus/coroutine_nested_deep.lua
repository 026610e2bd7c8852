-- expect: error stack overflow
function run() local function deeper() return coroutine.wrap(deeper)() end return deeper() end
