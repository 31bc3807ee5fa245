"""What the Redis store asks of the server, as Lua: each script is one atomic step, one round trip.

Keys below the prefix, all values packed bytes (a *field* is a document's number, 4 bytes little
endian; a *place* is 8 bytes, the 3 of a bucket's name and 5 of the posting key's own):

``meta``     layout, bits, header, the last number and the number of postings by view
``ids``      key → field; ``names`` field → key: only documents that are whole and may be seen
``records``  field → record; ``keys`` field → number of bands (4 bytes), places: staged ones as well
``dead``     field → places of a document that was removed, until its postings are gone
``b...``     a bucket: entries of 9 bytes, 5 of the place and the field, in the order of arrival
``full``     places whose lists have reached LIMIT and grow no more
``sites``    site → ring (:mod:`dupdetect.index.stores.rings`), numbers being fields

A document is staged (record, places, postings) before it is published (``ids`` and ``names``), and
unpublished before its postings go; whoever dies in between leaves what only ``compact`` can see.
A server that is out of memory refuses a script at its first write that needs memory: those that
free some begin with one that needs none.
"""

from __future__ import annotations

from dupdetect.index.stores.rings import MOST_BYTES, MOST_TRACES

#: Bytes of an entry of a bucket and of a place.
ENTRY, PLACE = 9, 8
#: Entries of one posting list; longer than any cap that makes sense (``max_bucket`` is 64 and 100).
LIMIT = 1024
#: Bytes of a bucket from which on its lists are counted: no bucket of an index of ten million
#: documents is as long unless a list in it is hot.
LONG = 1 << 16

#: What a script answers when the index is not there any more, or another one is.
GONE = "NOINDEX"

_COMMON = """
local P = KEYS[1]
local META, IDS, NAMES = P .. 'meta', P .. 'ids', P .. 'names'
local RECORDS, PLACES, DEAD, FULL = P .. 'records', P .. 'keys', P .. 'dead', P .. 'full'
local SITES = P .. 'sites'
local call = redis.call
if call('EXISTS', META) == 0 then return redis.error_reply('GONE gone') end

local function bucket(packed, at) return P .. 'b' .. packed:sub(at, at + 2) end
local function own(packed, at) return packed:sub(at + 3, at + 7) end

-- Where an entry that begins with these bytes stands in a bucket.
local function seek(entries, bytes, from)
  local at = string.find(entries, bytes, from, true)
  while at and (at - 1) % 9 ~= 0 do at = string.find(entries, bytes, at + 1, true) end
  return at
end

local posted = {0, 0}
local function count(packed, sign)
  local bands = struct.unpack('<I4', packed)
  posted[1] = posted[1] + sign * bands
  posted[2] = posted[2] + sign * ((#packed - 4) / 8 - bands)
end
local function save_counts()
  call('HINCRBY', META, 'bands', posted[1])
  call('HINCRBY', META, 'anchors', posted[2])
end

local retired = {}
local function retire(field)
  local packed = call('HGET', PLACES, field)
  call('HDEL', NAMES, field)
  call('HDEL', RECORDS, field)
  call('HDEL', PLACES, field)
  if packed then
    count(packed, -1)
    call('HSET', DEAD, field, packed)
    retired[#retired + 1] = field
  end
end

-- A ring without the traces of documents that are gone, and without what is damaged.
local function living(ring)
  local kept, n, at = {}, 0, 3
  while at + 5 <= #ring do
    local size = 6 + struct.unpack('<I2', ring, at + 4)
    if at + size - 1 > #ring then break end
    if call('HEXISTS', NAMES, ring:sub(at, at + 3)) == 1 then
      n = n + 1
      kept[n] = ring:sub(at, at + size - 1)
    end
    at = at + size
  end
  return struct.pack('<I2', n) .. table.concat(kept)
end
-- The oldest trace goes while there are too many.
local function leave(site, field, trace, replaced)
  local held = call('HGET', SITES, site) or '\\0\\0'
  if replaced then held = living(held) end
  local fresh = field .. struct.pack('<I2', #trace) .. trace
  local n, ring = struct.unpack('<I2', held), held:sub(3)
  while #ring > 5 and (n >= MOST_TRACES or #ring + #fresh + 2 > MOST_BYTES) do
    ring = ring:sub(7 + struct.unpack('<I2', ring, 5))
    n = n - 1
  end
  call('HSET', SITES, site, struct.pack('<I2', n + 1) .. ring .. fresh)
end

local function publish(key, field, packed, site, trace)
  local old = call('HGET', IDS, key)
  if old then retire(old) end
  call('HSET', IDS, key, field)
  call('HSET', NAMES, field, key)
  count(packed, 1)
  if trace ~= '' then leave(site, field, trace, old) end
end
"""
for _name, _value in (("MOST_TRACES", MOST_TRACES), ("MOST_BYTES", MOST_BYTES), ("GONE", GONE)):
    _COMMON = _COMMON.replace(_name, str(_value))

#: ARGV: ``1`` to publish at once; the index's bits; then key, record, packed places, site and trace
#: of each document. Returns the fields and those that were retired, or nothing when the numbers are
#: used up.
STAGE = (
    _COMMON
    + f"""
local function bound(name, place, size)
  if call('SISMEMBER', FULL, place) == 0 then
    local entries, bytes, n, at = call('GET', name), place:sub(4), 0, 0
    repeat
      at = seek(entries, bytes, at + 1)
      if at then n = n + 1 end
    until not at
    if n <= {LIMIT} then return end
    call('SADD', FULL, place)
  end
  call('SET', name, call('GETRANGE', name, 0, size - 10))
end

if call('HGET', META, 'bits') ~= ARGV[2] then return redis.error_reply('{GONE} gone') end
local n = (#ARGV - 2) / 5
local number = call('HINCRBY', META, 'last', n) - n
if number + n > 4294967295 then return false end
local fields = {{}}
for i = 3, #ARGV, 5 do
  local packed = ARGV[i + 2]
  number = number + 1
  local field = struct.pack('<I4', number)
  fields[#fields + 1] = field
  call('HSET', RECORDS, field, ARGV[i + 1])
  call('HSET', PLACES, field, packed)
  for at = 5, #packed, 8 do
    local name = bucket(packed, at)
    local size = call('APPEND', name, own(packed, at) .. field)
    if size > {LONG} then bound(name, packed:sub(at, at + 7), size) end
  end
  if ARGV[1] == '1' then publish(ARGV[i], field, packed, ARGV[i + 3], ARGV[i + 4]) end
end
if ARGV[1] == '1' then save_counts() end
return {{table.concat(fields), table.concat(retired)}}
"""
)

#: ARGV: number of documents to publish, key, field, site and trace of each, keys to remove. Returns
#: how many were removed and the fields retired, or nothing when a staged document is gone.
COMMIT = (
    _COMMON
    + """
local last = 1 + 4 * tonumber(ARGV[1])
for i = 3, last, 4 do
  if call('HEXISTS', PLACES, ARGV[i]) == 0 then return false end
end
for i = 2, last, 4 do
  local field = ARGV[i + 1]
  publish(ARGV[i], field, call('HGET', PLACES, field), ARGV[i + 2], ARGV[i + 3])
end
local removed = 0
for i = last + 1, #ARGV do
  local field = call('HGET', IDS, ARGV[i])
  if field then
    call('HDEL', IDS, ARGV[i])
    retire(field)
    removed = removed + 1
  end
end
save_counts()
return {removed, table.concat(retired)}
"""
)

#: ARGV: fields of retired documents, whose postings go.
CLEAN = (
    _COMMON
    + """
for i = 1, #ARGV do
  local field, packed = ARGV[i], call('HGET', DEAD, ARGV[i])
  call('HDEL', DEAD, field)
  for at = 5, packed and #packed or 0, 8 do
    local name, entry = bucket(packed, at), own(packed, at) .. field
    local entries = call('GET', name) or ''
    local place = seek(entries, entry, 1)
    if place then
      repeat
        entries = entries:sub(1, place - 1) .. entries:sub(place + 9)
        place = seek(entries, entry, place)
      until not place
      if entries == '' then call('DEL', name) else call('SET', name, entries) end
    end
  end
end
"""
)

#: ARGV: first and last number. Retires what was staged there and never published.
ABANDON = (
    _COMMON
    + """
for number = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local field = struct.pack('<I4', number)
  local packed = call('HGET', PLACES, field)
  if packed and call('HEXISTS', NAMES, field) == 0 then
    call('HDEL', PLACES, field)
    call('HDEL', RECORDS, field)
    call('HSET', DEAD, field, packed)
  end
end
"""
)

#: ARGV: cap, packed places, the index's bits. Returns the fields under each place, at most cap,
#: joined, and 4 bytes for each place: how many there are, cap + 1 when there are more. Only what is
#: published counts.
LOOKUP = (
    _COMMON
    + f"if call('HGET', META, 'bits') ~= ARGV[3] then return redis.error_reply('{GONE} gone') end"
    + """
local cap, places = tonumber(ARGV[1]), ARGV[2]
local seen, found, sizes = {}, {}, {}
local function alive(field)
  if seen[field] == nil then seen[field] = call('HEXISTS', NAMES, field) == 1 end
  return seen[field]
end
for at = 1, #places, 8 do
  local n, place = 0, nil
  local entries = call('GET', bucket(places, at))
  local bytes = own(places, at)
  if entries then place = seek(entries, bytes, 1) end
  while place and n <= cap do
    local field = entries:sub(place + 5, place + 8)
    if alive(field) then
      n = n + 1
      if n <= cap then found[#found + 1] = field end
    end
    place = seek(entries, bytes, place + 9)
  end
  sizes[#sizes + 1] = struct.pack('<I4', n)
end
return {table.concat(found), table.concat(sizes)}
"""
)

#: ARGV: keys. Returns the record of each, or nothing.
GET = (
    _COMMON
    + """
local found = {}
for i = 1, #ARGV do
  local field = call('HGET', IDS, ARGV[i])
  found[i] = field and call('HGET', RECORDS, field)
end
return found
"""
)

#: ARGV: a key. Whether there is such a document; without ARGV: how many there are.
CONTAINS = _COMMON + "return call('HEXISTS', IDS, ARGV[1])\n"
COUNT = _COMMON + "return call('HLEN', NAMES)\n"
#: Returns the last number.
LAST = _COMMON + "return call('HGET', META, 'last') or '0'\n"

#: ARGV: fields. Returns the record of each that is published, or nothing.
RECORDS = (
    _COMMON
    + """
local found = {}
for i = 1, #ARGV do
  found[i] = call('HEXISTS', NAMES, ARGV[i]) == 1 and call('HGET', RECORDS, ARGV[i])
end
return found
"""
)

#: ARGV: a site. Returns its ring, without the traces of documents that are gone.
TRACES = _COMMON + "return living(call('HGET', SITES, ARGV[1]) or '\\0\\0')\n"

#: ARGV: sites. Forgets the traces of documents that are gone.
PURGE = (
    _COMMON
    + """
for i = 1, #ARGV do
  local ring = call('HGET', SITES, ARGV[i])
  local kept = ring and living(ring)
  if kept == '\\0\\0' then
    call('HDEL', SITES, ARGV[i])
  elseif kept ~= ring then
    call('HSET', SITES, ARGV[i], kept)
  end
end
"""
)

#: ARGV: first and last number. Returns the number of documents, of their bands and anchors, and
#: what is wrong with them.
CHECK = (
    _COMMON
    + """
local documents, problems = 0, {}
local function wrong(key, what)
  problems[#problems + 1] = 'document ' .. key .. ': ' .. what
end
local function listed(packed, at, field)
  local entries = call('GET', bucket(packed, at)) or ''
  return seek(entries, own(packed, at) .. field, 1)
    or call('SISMEMBER', FULL, packed:sub(at, at + 7)) == 1
end
for number = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local field = struct.pack('<I4', number)
  local key = call('HGET', NAMES, field)
  if key then
    documents = documents + 1
    if call('HGET', IDS, key) ~= field then wrong(key, 'its id does not lead to it') end
    if call('HEXISTS', RECORDS, field) == 0 then wrong(key, 'its record is missing') end
    local packed = call('HGET', PLACES, field)
    if not packed or #packed % 8 ~= 4 then
      wrong(key, 'its posting keys are missing')
    else
      count(packed, 1)
      for at = 5, #packed, 8 do
        if not listed(packed, at, field) then
          wrong(key, 'postings are missing')
          break
        end
      end
    end
  end
end
return {documents, posted[1], posted[2], problems}
"""
)

#: ARGV: names of buckets. Returns how many entries belong to no document, staged and dead included.
STRAYS = (
    _COMMON
    + """
local strays = 0
for i = 1, #ARGV do
  local entries = call('GET', ARGV[i]) or ''
  strays = strays + (#entries % 9 == 0 and 0 or 1)
  for at = 1, #entries - 8, 9 do
    local field = entries:sub(at + 5, at + 8)
    if call('HEXISTS', PLACES, field) == 0 and call('HEXISTS', DEAD, field) == 0 then
      strays = strays + 1
    end
  end
end
return strays
"""
)
