-- expect: ok
local Point = {} Point.__index = Point
function Point.new(x) return setmetatable({x = x}, Point) end
function Point:double() return self.x * 2 end
local origin = Point.new(4)
function run() assert(origin:double() == 8) local p = Point.new(5) p.x = 7 assert(p:double() == 14) assert(getmetatable(p) == Point) end
