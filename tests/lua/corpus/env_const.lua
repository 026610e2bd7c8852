-- expect: refused attempt to
local _ENV <const> = 11
X = 1
