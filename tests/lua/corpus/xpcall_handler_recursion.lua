-- expect: error stack overflow
function run() local function h() return xpcall(error, h) end xpcall(error, h) end
