-- expect: ok
function run()
  assert(io == nil and os == nil and debug == nil and package == nil and collectgarbage == nil and warn == nil and print == nil)
  assert(rawset == nil and _G == nil and getfenv == nil and setfenv == nil and newproxy == nil and math.randomseed == nil)
  assert(string.pack == nil and string.unpack == nil)
end
