/** The script that does everything in Redis: all takes of a call in one round trip, by the clock of the server. */

/** A Lua expression for the milliseconds since the epoch. */
const serverClock = `(function()
	local time = redis.call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end)()`;

/** Numbers of arguments of a holding, in the order in which the script reads them. */
export const argumentsPerHolding = 6;

/**
 * KEYS: the grant, then one per holding. ARGV: what to do (`take`, `settle`, `look`), the milliseconds that grants, voids and
 * seats are kept, then for every holding: kind, amount (what was used, when settling), whether it is enforced, limit, and
 * - bucket: refill per second
 * - calendar: the spans that may hold the time, as `start:end start:end start:end`
 * - rolling: milliseconds of the period and of a slot
 *
 * Answers with a word and the time, then for every holding: short, value, reset, wait. The words: `granted`, `refused`, `void`,
 * `settled`, `look`, and `clock` when none of the spans holds the time and nothing was done.
 *
 * All numbers are whole and below 2^53, which Lua's doubles hold exactly, but for the level of a bucket, which is written
 * with 17 digits.
 */
export function storeScript(clock: string = serverClock): string {
	return `
local now = ${clock}
local action, grantMs, voidMs, seatMs = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local longestMs = 400 * 24 * 3600 * 1000

local function whole(number) return string.format('%.0f', number) end
local function exact(number) return string.format('%.17g', number) end
local function expire(key, ms) redis.call('PEXPIRE', key, whole(math.max(1, math.min(ms, longestMs)))) end

local kinds = {}

kinds.bucket = {
	read = function(h)
		h.rate = tonumber(h.first)
		local kept = redis.call('HMGET', h.key, 'level', 'at')
		h.level, h.at = h.limit, now
		if kept[1] then
			local at = tonumber(kept[2])
			h.level = math.min(h.limit, tonumber(kept[1]) + (math.max(0, now - at) * h.rate) / 1000)
			h.at = math.max(at, now)
		end
	end,
	short = function(h, amount) return amount > h.level + 1e-6 end,
	add = function(h, amount)
		h.level = math.min(h.limit, h.level - amount)
		redis.call('HSET', h.key, 'level', exact(h.level), 'at', whole(h.at))
		expire(h.key, h.rate > 0 and math.ceil((h.limit - h.level) / h.rate * 1000) + 1 or longestMs)
	end,
	figures = function(h) return exact(h.level), '0' end,
}

kinds.calendar = {
	read = function(h)
		local kept = redis.call('HMGET', h.key, 'used', 'start', 'finish')
		if kept[1] and now < tonumber(kept[3]) then
			h.used, h.start, h.finish = tonumber(kept[1]), tonumber(kept[2]), tonumber(kept[3])
			return true
		end
		h.used = 0
		for start, finish in string.gmatch(h.first, '(%-?%d+):(%-?%d+)') do
			if tonumber(start) <= now and now < tonumber(finish) then
				h.start, h.finish = tonumber(start), tonumber(finish)
				return true
			end
		end
		return false
	end,
	short = function(h, amount) return h.used + amount > h.limit end,
	add = function(h, amount)
		h.used = h.used + amount
		redis.call('HSET', h.key, 'used', whole(h.used), 'start', whole(h.start), 'finish', whole(h.finish))
		expire(h.key, h.finish - now)
	end,
	slot = function(h) return h.start end,
	settle = function(h, difference, slot) if slot == h.start then h.kind.add(h, difference) end end,
	figures = function(h) return whole(h.used), whole(h.finish - now), whole(h.finish - now) end,
}

kinds.rolling = {
	read = function(h)
		h.slotMs = tonumber(h.second)
		h.countsMs = tonumber(h.first) + h.slotMs
		h.used, h.slots, h.amounts, h.stale = 0, {}, {}, nil
		local kept = redis.call('HGETALL', h.key)
		for i = 1, #kept, 2 do
			local slot, amount = tonumber(kept[i]), tonumber(kept[i + 1])
			if slot + h.countsMs > now then
				h.used = h.used + amount
				h.slots[#h.slots + 1] = slot
				h.amounts[slot] = amount
			else
				h.stale = h.stale or {}
				h.stale[#h.stale + 1] = kept[i]
			end
		end
		table.sort(h.slots)
		h.newest = h.slots[#h.slots]
	end,
	short = function(h, amount) return h.used + amount > h.limit end,
	slot = function(h) return math.max(h.newest or 0, now - now % h.slotMs) end,
	add = function(h, amount, slot)
		slot = slot or h.kind.slot(h)
		if h.stale then redis.call('HDEL', h.key, unpack(h.stale)) end
		if redis.call('HINCRBY', h.key, whole(slot), whole(amount)) == 0 then redis.call('HDEL', h.key, whole(slot)) end
		h.kind.read(h)
		if h.newest then expire(h.key, h.newest + h.countsMs - now) end
	end,
	settle = function(h, difference, slot)
		if slot + h.countsMs > now then h.kind.add(h, difference, slot) end
	end,
	figures = function(h, amount)
		local wait, left = 0, h.used
		for _, slot in ipairs(h.slots) do
			if left + amount <= h.limit then break end
			left = left - h.amounts[slot]
			wait = slot + h.countsMs - now
		end
		return whole(h.used), whole(h.newest and h.newest + h.countsMs - now or 0), whole(wait)
	end,
}

kinds.seats = {
	read = function(h) h.taken = redis.call('ZCOUNT', h.key, '(' .. whole(now), '+inf') end,
	short = function(h, amount) return h.taken + amount > h.limit end,
	add = function(h, amount)
		redis.call('ZREMRANGEBYSCORE', h.key, '-inf', whole(now))
		redis.call('ZADD', h.key, whole(now + seatMs), KEYS[1])
		expire(h.key, seatMs)
		h.taken = h.taken + amount
	end,
	settle = function(h)
		redis.call('ZREM', h.key, KEYS[1])
		h.kind.read(h)
	end,
	figures = function(h) return whole(h.taken), '0' end,
}

local holdings = {}
for i = 2, #KEYS do
	local from = 4 + (i - 2) * ${argumentsPerHolding}
	local h = {
		key = KEYS[i], kind = kinds[ARGV[from + 1]], amount = tonumber(ARGV[from + 2]), enforced = ARGV[from + 3] == '1',
		limit = tonumber(ARGV[from + 4]), first = ARGV[from + 5], second = ARGV[from + 6],
	}
	if h.kind.read(h) == false then return {'clock', whole(now)} end
	holdings[#holdings + 1] = h
end

local answer = {action, whole(now)}

if action == 'take' then
	local granted = true
	for _, h in ipairs(holdings) do
		h.isShort = h.kind.short(h, h.amount)
		if h.isShort and h.enforced then granted = false end
	end
	if granted then
		local record = {}
		for i, h in ipairs(holdings) do
			record[i] = whole(h.amount) .. ':' .. (h.kind.slot and whole(h.kind.slot(h)) or '0')
		end
		if not redis.call('SET', KEYS[1], table.concat(record, ' '), 'NX', 'PX', grantMs) then return {'void', whole(now)} end
		for _, h in ipairs(holdings) do
			if h.amount > 0 then h.kind.add(h, h.amount) end
		end
	end
	answer[1] = granted and 'granted' or 'refused'
elseif action == 'settle' then
	local record = redis.call('GET', KEYS[1])
	if not record then
		redis.call('SET', KEYS[1], 'void', 'PX', voidMs)
	elseif record ~= 'void' then
		local i = 0
		for amount, slot in string.gmatch(record, '(%d+):(%d+)') do
			i = i + 1
			local h = holdings[i]
			local difference = h.amount - tonumber(amount)
			if h.kind == kinds.seats then
				h.kind.settle(h)
			elseif difference ~= 0 then
				(h.kind.settle or h.kind.add)(h, difference, tonumber(slot))
			end
		end
		redis.call('DEL', KEYS[1])
	end
	for _, h in ipairs(holdings) do h.amount = 0 end
end

for _, h in ipairs(holdings) do
	local isShort = h.isShort
	if isShort == nil then isShort = h.kind.short(h, h.amount) end
	local value, reset, wait = h.kind.figures(h, h.amount)
	answer[#answer + 1] = isShort and '1' or '0'
	answer[#answer + 1] = value
	answer[#answer + 1] = reset
	answer[#answer + 1] = wait or '0'
end
return answer
`;
}

/** KEYS: holdings of seats. ARGV: the milliseconds that seats are kept, then the grant of each. */
export function renewScript(clock: string = serverClock): string {
	return `
local now = ${clock}
local finish = string.format('%.0f', now + tonumber(ARGV[1]))
for i, key in ipairs(KEYS) do
	redis.call('ZADD', key, finish, ARGV[i + 1])
	redis.call('PEXPIRE', key, ARGV[1])
end
return #KEYS
`;
}
