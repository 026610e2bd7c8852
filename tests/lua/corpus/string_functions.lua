-- expect: ok
function run()
  assert(("hello"):sub(2, 3) == "el" and ("hello"):sub(-3) == "llo" and ("hello"):sub(4, 2) == "" and ("x"):sub(0) == "x" and ("abc"):sub(-100, 100) == "abc")
  assert(("abc"):byte(2) == 98 and select("#", ("abc"):byte(1, -1)) == 3 and string.char(97, 98) == "ab" and ("abc"):reverse() == "cba")
  assert(("ab"):rep(3, "-") == "ab-ab-ab" and ("Ab"):upper() == "AB" and ("Ab"):lower() == "ab" and #"abc" == 3)
  assert(("key = value"):match("^(%w+)%s*=%s*(%w+)$") == "key" and ("hello world"):find("o w") == 5 and ("a.b"):find(".", 1, true) == 2)
  assert(("hello"):gsub("l", {l = "L"}) == "heLLo" and ("abc"):gsub("%w", "%0%0") == "aabbcc" and (("abc"):gsub("", "-")) == "-a-b-c-")
  local got = {} for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do got[k] = v end assert(got.a == "1" and got.b == "2")
  assert(("THE (quick) fox"):find("%((%a+)%)") == 5 and ("f(a(b)c)d"):match("%b()") == "(a(b)c)" and ("THE fox"):gsub("%f[%a]%a+", string.lower) == "the fox")
  assert(("x"):find("()") == 1 and select(3, ("abc"):find("b()")) == 3 and ("abab"):match("(ab)%1") == "ab" and ("[]]"):match("[]]") == "]" and ("a-z"):match("[a%-z]+") == "a-z")
  assert(("  trim "):match("^%s*(.-)%s*$") == "trim" and ("2024-01-02"):match("(%d+)-(%d+)-(%d+)") == "2024" and ("aXb"):match("%u") == "X" and ("a,b,,c"):gsub(",", ";", 2) == "a;b;,c")
  assert(tonumber("0x10") == 16 and tonumber("10", 2) == 2 and tonumber("z", 36) == 35 and tonumber("9", 8) == nil and tonumber(" 5 ") == 5 and tonumber("") == nil)
end
