/** The script that does everything in Redis: all takes of a call in one round trip, by the clock of the server. */

import {kinds} from './kinds.js';

/** A Lua expression for the milliseconds since the epoch. */
const serverClock = `(function()
	local time = redis.call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end)()`;

/** Numbers of arguments of a holding, in the order in which the script reads them. */
export const argumentsPerHolding = 6;

/**
 * KEYS: the grant, then one per holding. ARGV: what to do (`take`, `settle`, `look`), the milliseconds that grants, voids and
 * seats are kept, then for every holding: kind, amount (when settling: what was used, or nothing to do so later), whether it
 * is enforced, limit, and
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

${kinds}
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
		local rest, isLeft = {}, false
		for entry in string.gmatch(record, '%S+') do
			local h = holdings[#rest + 1]
			local amount, slot = string.match(entry, '(%d+):(%d+)')
			if amount and h.amount then
				local difference = h.amount - tonumber(amount)
				if h.kind == kinds.seats then
					h.kind.settle(h)
				elseif difference ~= 0 then
					(h.kind.settle or h.kind.add)(h, difference, tonumber(slot))
				end
				entry = 'settled'
			end
			isLeft = isLeft or entry ~= 'settled'
			rest[#rest + 1] = entry
		end
		if isLeft then
			redis.call('SET', KEYS[1], table.concat(rest, ' '), 'KEEPTTL')
		else
			redis.call('DEL', KEYS[1])
		end
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

/** KEYS: the revoked keys, by the time of it. ARGV: the milliseconds and the number that are kept, then names. */
export function revokeScript(clock: string = serverClock): string {
	return `
local now = ${clock}
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - tonumber(ARGV[1])))
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 'OK'
`;
}

/** KEYS: the revoked keys. ARGV: how many milliseconds back. */
export function revokedScript(clock: string = serverClock): string {
	return `
local now = ${clock}
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now - tonumber(ARGV[1])), '+inf')
`;
}
