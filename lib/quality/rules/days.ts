/** Days as rules name them. */
import { DateTime } from 'luxon';

const UNITS: Record<string, 'days' | 'months' | 'years'> = { d: 'days', m: 'months', y: 'years' };

/** `today-18y` -> `2008-11-22`. `now` in ms; the day is UTC's. */
export function dayOf(text: string, now: number): string {
	const [, sign, count, unit] = /^today(?:([+-])(\d+)([dmy]))?$/.exec(text) ?? [];
	if (!text.startsWith('today')) return text;
	const today = DateTime.fromMillis(now, { zone: 'utc' });
	const amount = Number(count ?? 0) * (sign === '-' ? -1 : 1);
	return today.plus({ [UNITS[unit ?? 'd'] ?? 'days']: amount }).toISODate() ?? text;
}
