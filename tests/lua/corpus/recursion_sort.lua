-- expect: error stack overflow
function run() local function f() table.sort({1, 2, 3}, f) end return f() end
