-- expect: error stack overflow
function run() local function f() return ("x"):gsub("x", f) end return f() end
