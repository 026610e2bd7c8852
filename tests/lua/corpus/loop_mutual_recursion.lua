-- expect: killed
local f, g
function f(n) return 1 + g(n) end
function g(n) return 1 + f(n) end
function run() return f(1) end
