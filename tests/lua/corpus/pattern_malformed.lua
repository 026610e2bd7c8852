-- expect: ok
function run()
  for _, p in ipairs{"[", "[a", "[^", "[]", "[%", "%", "(", "%b", "%bx", "%f", "%1", "(()", "[a-", "%f[a"} do
    local good = pcall(string.find, "aaa]", p)
    assert(not good, p)
  end
end
