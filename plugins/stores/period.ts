/** When a calendar period begins and ends in a time zone, daylight saving included. */

/** Milliseconds since the epoch: `[start, end)`. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * The period of a calendar that holds a moment; weeks begin on Monday.
 * @param zone IANA name, such as `Europe/Berlin`.
 * @throws {RangeError} for a zone that does not exist.
 */
export function calendarSpan(now: number, unit: CalendarUnit, zone: string): Span {
	const wall = now + offset(now, zone);
	if (unit === 'hour') {
		// Not by the wall: when clocks go back an hour, it shows the same hour twice.
		const start = now - modulo(wall, hourMs);
		return {start, end: start + hourMs};
	}
	const start = startOf(wall, unit);
	return {start: fromWall(start, zone), end: fromWall(nextAfter(start, unit), zone)};
}

/** Keeps what {@link calendarSpan} found: it is asked on every call, and the answer changes once in an hour at most. */
export class Calendar {
	readonly #spans = new Map<string, readonly [Span, Span, Span]>();

	/** The period that holds a moment. */
	span(now: number, unit: CalendarUnit, zone: string): Span {
		return this.around(now, unit, zone)[1];
	}

	/** The period that holds a moment, between the one before and the one after it. */
	around(now: number, unit: CalendarUnit, zone: string): readonly [Span, Span, Span] {
		const name = `${unit}-${zone}`;
		const kept = this.#spans.get(name);
		if (kept !== undefined && now >= kept[1].start && now < kept[1].end) return kept;
		const span = calendarSpan(now, unit, zone);
		const spans = [calendarSpan(span.start - 1, unit, zone), span, calendarSpan(span.end, unit, zone)] as const;
		this.#spans.set(name, spans);
		return spans;
	}
}

/** Wall times are counted as if they were UTC. */
function startOf(wall: number, unit: Exclude<CalendarUnit, 'hour'>): number {
	const day = wall - modulo(wall, dayMs);
	if (unit === 'day') return day;
	const date = new Date(day);
	if (unit === 'week') return day - ((date.getUTCDay() + 6) % 7) * dayMs;
	return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

function nextAfter(start: number, unit: Exclude<CalendarUnit, 'hour'>): number {
	if (unit === 'day') return start + dayMs;
	if (unit === 'week') return start + 7 * dayMs;
	const date = new Date(start);
	return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** Where clocks change at midnight, a midnight comes twice, and the first begins the day, or never, and the change does. */
function fromWall(wall: number, zone: string): number {
	const before = wall - offset(wall - dayMs, zone);
	const after = wall - offset(wall + dayMs, zone);
	const real = [before, after].filter(at => at + offset(at, zone) === wall);
	return real.length > 0 ? Math.min(...real) : Math.max(before, after);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds by which the clocks of a zone are ahead of UTC. */
function offset(at: number, zone: string): number {
	if (zone === 'UTC') return 0;
	let format = formats.get(zone);
	if (format === undefined) {
		format = new Intl.DateTimeFormat('en-US', {
			timeZone: zone,
			hourCycle: 'h23',
			year: 'numeric',
			month: 'numeric',
			day: 'numeric',
			hour: 'numeric',
			minute: 'numeric',
			second: 'numeric',
		});
		formats.set(zone, format);
	}
	const parts: Record<string, number> = {};
	for (const {type, value} of format.formatToParts(at)) parts[type] = Number(value);
	const {year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0} = parts;
	return Date.UTC(year, month - 1, day, hour, minute, second) - (at - modulo(at, 1000));
}

function modulo(value: number, by: number): number {
	return ((value % by) + by) % by;
}
