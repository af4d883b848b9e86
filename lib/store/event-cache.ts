/**
 * Events that were taken in and have not been handed to the canvas yet, so that the text that was just made
 * of them need not be parsed anew. Right whatever becomes of the row: what is handed out is what parsing
 * the row's own text would give, and nobody else has it.
 */
import type { ChangeEvent } from '../model/event';
import { Lru } from './lru';

/** Characters of JSON; as objects they take about twice as many bytes. */
const MAX_TEXT = 4_000_000;

interface Kept {
	event: ChangeEvent;
	text: string;
}

export class EventCache {
	private readonly events = new Lru<Kept>(MAX_TEXT);

	/** `text`: made of the event, which from now on nobody else may hold. */
	note(event: ChangeEvent, text: string): void {
		if (isAsParsed(event)) this.events.set(event.eventId, { event, text }, 2 * text.length);
	}

	/** Once: whoever gets it may change it. Undefined: it is to be parsed. */
	take(eventId: string, text: string): ChangeEvent | undefined {
		const kept = this.events.get(eventId);
		if (kept === undefined) return undefined;
		this.events.delete(eventId);
		return kept.text === text ? kept.event : undefined;
	}

	clear(): void {
		this.events.clear();
	}
}

/** Would it be the same after being written as JSON and read again? */
export function isAsParsed(value: unknown): boolean {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return true;
		case 'number':
			return Number.isFinite(value) && !Object.is(value, -0);
		case 'object':
			return value === null || holdsOnlyParsed(value);
		default:
			return false;
	}
}

function holdsOnlyParsed(value: object): boolean {
	if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return false;
	// The holes of an array count as undefined.
	const held: unknown[] = Array.isArray(value) ? value : Object.values(value);
	for (const one of held) if (!isAsParsed(one)) return false;
	return true;
}
