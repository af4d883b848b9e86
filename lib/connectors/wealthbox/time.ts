/** Wealthbox's times: `2026-03-04 09:15 AM -0500`, to the minute (reference/wealthbox.md, section 6). Pure. */

const OWN = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d) (AM|PM) ([+-])(\d\d):?(\d\d)$/;

/** Milliseconds since the epoch of Wealthbox's own format or ISO 8601; null for anything else. */
export function parseTime(text: unknown): number | null {
	if (typeof text !== 'string' || text === '') return null;
	const match = OWN.exec(text.trim());
	if (match === null) {
		const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
		return Number.isNaN(ms) ? null : ms;
	}
	const [year, month, day, hour, minute, , , offsetHours, offsetMinutes] = match
		.slice(1)
		.map(Number);
	const of = (value: number | undefined) => value ?? 0;
	const hours = (of(hour) % 12) + (match[6] === 'PM' ? 12 : 0);
	const local = Date.UTC(of(year), of(month) - 1, of(day), hours, of(minute));
	const offset = (of(offsetHours) * 60 + of(offsetMinutes)) * 60_000;
	return match[7] === '-' ? local + offset : local - offset;
}
