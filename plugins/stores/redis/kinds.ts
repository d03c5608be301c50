/** What the script does with one holding, by kind: read it, see whether it is short, add to it, settle it, tell how it stands. */

/**
 * Lua, in the place where `now`, `seatMs`, `whole`, `exact` and `expire` are known. `read` gives false when no span holds
 * the time. Kinds with a `slot` keep amounts by time: what is settled goes to the slot that it was taken from.
 */
export const kinds = `local kinds = {}

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
`;
