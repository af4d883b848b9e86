/** The newest event of a record, as the inbox keeps it. */
import type { ChangeEvent } from '../model/event';
import { parseJson } from './rows';
import type { InboxState } from './schema';

export interface LastEvent {
	readonly event: ChangeEvent;
	readonly change: ChangeEvent['change'];
	readonly state: InboxState;
}

const CHANGE = '"change":"';

/**
 * Most who ask want to know no more than what kind of change it was: the event is parsed when more is
 * asked for. Every event has that key; where its text stands but once it is the event's own, else
 * (an external key of that name) the event is parsed for it.
 */
export function storedEvent(text: string, state: InboxState): LastEvent {
	let parsed: ChangeEvent | undefined;
	const whole = () => (parsed ??= parseJson<ChangeEvent>(text));
	return {
		state,
		get event() {
			return whole();
		},
		get change() {
			const start = text.indexOf(CHANGE) + CHANGE.length;
			if (start < CHANGE.length || text.includes(CHANGE, start)) return whole().change;
			return text.slice(start, text.indexOf('"', start)) as ChangeEvent['change'];
		},
	};
}
