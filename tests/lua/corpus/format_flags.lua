-- expect: ok
function run()
  assert(("%5.1f|%-4d|%04x|%s|%10s|%.2s|%q|%c|%%|%i"):format(3.14159, 7, 255, true, "ab", "xyz", 'a"\n\0', 65, 9) == '  3.1|7   |00ff|true|        ab|xy|"a\\"\\\n\\0"|A|%|9')
  assert(#("%99.99f"):format(1e308) > 300)
  assert(not pcall(string.format, "%d", "x")) assert(not pcall(string.format, "%y", 1)) assert(not pcall(string.format, "%s"))
end
