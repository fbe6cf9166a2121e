-- For wrk: each connection reads a page, waits, and reads the next. Arguments: milliseconds to wait, then the addresses.

local wait, pages, sent = 0, {}, 0

function init(args)
  wait = tonumber(args[1])
  for place = 2, #args do pages[place - 1] = args[place] end
end

function delay()
  return wait
end

function request()
  sent = sent + 1
  return wrk.format(nil, pages[sent % #pages + 1])
end
