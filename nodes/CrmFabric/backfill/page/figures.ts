/** Figures and words as people read them. */
import { OBJECT_LABELS, type ObjectName } from '../../../../lib';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

export function figure(count: number): string {
	return count.toLocaleString('en-US');
}

/** What is not there is no news. */
export function figureOrDash(count: number): string {
	return count === 0 ? '–' : figure(count);
}

/** null: not known. */
export function duration(seconds: number | null): string {
	if (seconds === null) return 'not limited';
	if (seconds < MINUTE) return 'under a minute';
	if (seconds < 2 * HOUR) return `about ${Math.round(seconds / MINUTE)} minutes`;
	if (seconds < 2 * DAY) return `about ${Math.round(seconds / HOUR)} hours`;
	return `about ${Math.ceil(seconds / DAY)} days`;
}

export function people(count: number): string {
	return count === 1 ? '1 client' : `${figure(count)} clients`;
}

/** A row's name: `Clients`, `Households`, `Opportunities`. */
export function plural(object: ObjectName): string {
	if (object === 'contact') return 'Clients';
	return object === 'opportunity' ? 'Opportunities' : `${OBJECT_LABELS[object]}s`;
}
