-- expect: refused a coroutine
kept = coroutine.create(function() end)
