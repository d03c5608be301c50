/** Lines of numbers and names as CSV. @see https://www.rfc-editor.org/rfc/rfc4180 */

import type {UsageRow} from './query.js';

export function csvOf(columns: readonly string[], rows: readonly UsageRow[]): string {
	const lines = [columns, ...rows.map(row => columns.map(column => field(row[column])))];
	return lines.map(line => `${line.join(',')}\r\n`).join('');
}

/** What is not known is an empty field. Names are a client's making: a spreadsheet must not take one for a formula. */
function field(value: string | number | null | undefined): string {
	if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
	const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
