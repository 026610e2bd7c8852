-- expect: error stack overflow
function run() local function f() local good, why = pcall(f) if not good then error(why, 0) end end return f() end
